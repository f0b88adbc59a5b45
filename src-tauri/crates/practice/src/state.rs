//! What the service remembers between starts: the shape of `practice.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::faults::Faults;
use crate::wire::Wire;

/// The format this version writes. A file with a higher one is refused.
pub(crate) const FORMAT: u32 = 1;

const ABOUT: &str = "State of Tsunagi's practice service, which runs on this computer only. \
    Delete this file to start over; its connections must then be authorized again.";

/// Everything in the state file. Every field may be left out, so that a file with nothing but
/// `faults` is a good start. Keys of the token maps are SHA-256 digests, never the tokens.
///
/// No `Debug`: it holds the signing key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// For whoever opens the file.
    pub(crate) about: String,
    pub(crate) format: u32,
    pub(crate) port: Option<u16>,
    /// RSA 2048, PKCS#8 PEM.
    pub(crate) signing_key: Option<String>,
    pub(crate) faults: Faults,
    /// By family id.
    pub(crate) families: BTreeMap<String, Family>,
    /// By digest of the code.
    pub(crate) codes: BTreeMap<String, Code>,
    /// By digest of the access token.
    pub(crate) access: BTreeMap<String, Access>,
    /// By digest of the refresh token.
    pub(crate) refresh: BTreeMap<String, Refresh>,
    /// Browsers in which somebody is signed in, by digest of their cookie.
    pub(crate) sessions: BTreeMap<String, Session>,
    /// Those added by `POST /api/contacts`, in order.
    pub(crate) contacts: Vec<Contact>,
    /// Those added through the wire of Zoho Recruit, in order.
    pub(crate) candidates: Vec<Candidate>,
    /// Those posted through the wire of Zoho Cliq, in order.
    pub(crate) messages: Vec<Message>,
    /// Those added or changed through the wire of Salesforce, by id.
    pub(crate) records: BTreeMap<String, Record>,
    /// Those sent through the wire of Twilio, in order.
    pub(crate) texts: Vec<TextMessage>,
    /// Those created through the wire of PayPal, in order.
    pub(crate) orders: Vec<Order>,
    /// What a `PayPal-Request-Id` stands for, by what was asked for and that id.
    pub(crate) requests: BTreeMap<String, Asked>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            about: ABOUT.to_owned(),
            format: FORMAT,
            port: None,
            signing_key: None,
            faults: Faults::default(),
            families: BTreeMap::new(),
            codes: BTreeMap::new(),
            access: BTreeMap::new(),
            refresh: BTreeMap::new(),
            sessions: BTreeMap::new(),
            contacts: Vec::new(),
            candidates: Vec::new(),
            messages: Vec::new(),
            records: BTreeMap::new(),
            texts: Vec::new(),
            orders: Vec::new(),
            requests: BTreeMap::new(),
        }
    }
}

/// One consent and everything that came of it: revoked together.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) account: String,
    /// Granted scopes, in the order they were asked for.
    pub(crate) scopes: Vec<String>,
    /// When the person signed in, in seconds since 1970.
    pub(crate) auth_time: i64,
    #[serde(default)]
    pub(crate) wire: Wire,
    /// Of Zoho: whether a refresh token was asked for (`access_type=offline`, `prompt=consent`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) offline: bool,
    /// Of Zoho: when its refresh token yielded access tokens lately, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) yielded: Vec<i64>,
}

impl Family {
    /// Whether it has a refresh token: OpenID Connect Core 1.0 section 11 for the practice service;
    /// either name for Salesforce
    /// (<https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm>).
    pub(crate) fn is_offline(&self) -> bool {
        let has = |name: &str| self.scopes.iter().any(|scope| scope == name);
        match self.wire {
            Wire::Practice => has("offline_access"),
            Wire::Zoho => self.offline,
            Wire::Salesforce => has("refresh_token") || has("offline_access"),
            Wire::Paypal => false,
        }
    }
}

/// An authorization code (RFC 6749 section 4.1.2).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) family: String,
    pub(crate) redirect_uri: String,
    /// The S256 challenge (RFC 7636 section 4.2).
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    /// Seconds since 1970.
    pub(crate) expires: i64,
    /// A used code stays as long as its family, so that a second use can be seen.
    pub(crate) used: bool,
}

/// An access token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) family: String,
    /// May be fewer than the family's (RFC 6749 section 6).
    pub(crate) scopes: Vec<String>,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

/// A refresh token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Refresh {
    pub(crate) family: String,
    /// Seconds since 1970.
    pub(crate) expires: i64,
    /// A newer one took its place; using this one again revokes the family (RFC 9700 section
    /// 4.14.2).
    pub(crate) replaced: bool,
}

/// A browser in which somebody is signed in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// When the person signed in, in seconds since 1970.
    pub(crate) auth_time: i64,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

/// A contact of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) company: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) phone: String,
}

/// A candidate of the wire of Zoho Recruit.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub(crate) id: String,
    /// Id of the account that added it.
    pub(crate) by: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// By API name.
    pub(crate) fields: Map<String, Value>,
}

/// A message of the wire of Zoho Cliq.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Id of the account that posted it.
    pub(crate) by: String,
    /// `#` and the unique name of a channel, or an account's e-mail address.
    pub(crate) to: String,
    pub(crate) text: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
}

/// A record of the wire of Salesforce, whole.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Name of its object, such as `Account`.
    pub(crate) kind: String,
    /// When it was written, in seconds since 1970; `None` in files of before that was kept.
    #[serde(default)]
    pub(crate) at: Option<i64>,
    /// By API name, without `Id`.
    pub(crate) fields: Map<String, Value>,
}

/// A text message of the wire of Twilio.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TextMessage {
    pub(crate) sid: String,
    pub(crate) to: String,
    /// A number of the account; none where a Messaging Service chooses it.
    pub(crate) from: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) body: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
}

/// An order of the wire of PayPal.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) reference: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) currency: String,
    /// A decimal number, as it came.
    pub(crate) value: String,
    /// Whether it was created for a PayPal account by the request itself.
    pub(crate) with_source: bool,
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) stage: Stage,
}

/// How far an order is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// The payer has not answered.
    Created,
    /// The payer has approved it, with a card that the bank takes or declines.
    Approved {
        declines: bool,
        /// What will come of the capture.
        #[serde(default)]
        fares: Fares,
    },
    /// Captured: paid, unless the capture fares otherwise.
    Captured {
        capture: String,
        at: i64,
        #[serde(default)]
        fares: Fares,
    },
}

/// How a capture fares: an order that is completed may be declined all the same
/// (<https://developer.paypal.com/api/orders/v2/definitions/order_status>,
/// <https://developer.paypal.com/sdk/orders/v2/definitions/capture_status>).
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fares {
    /// The money is there.
    #[default]
    Completed,
    /// It is looked at.
    Pending,
    /// It will not come.
    Declined,
}

/// What came of a request that may be repeated.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Id of the order.
    pub(crate) order: String,
    /// When it was first asked for, in seconds since 1970.
    pub(crate) at: i64,
}
