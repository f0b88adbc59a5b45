#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use http::{HeaderMap, Method};
use tsunagi_connectors::{Connector, Library, Resolved};
use tsunagi_domain::RefusalCode;
use tsunagi_domain::connection::Settings;
use tsunagi_oauth::Secret;
use url::Url;

use super::{Attachment, refuse};
use crate::credential::Credential;
use crate::send::Request;

fn connector(id: &str) -> (Connector, Resolved) {
    let connector = Library::built_in().get(id).unwrap().clone();
    let resolved = connector.resolve(&Settings::new()).unwrap();
    (connector, resolved)
}

fn typed(keys: &[(&str, &str)]) -> Credential {
    Credential {
        access: Secret::new(""),
        refresh: None,
        keys: keys
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Secret::new(*value)))
            .collect::<BTreeMap<_, _>>(),
        origins: Vec::new(),
        hosts: Vec::new(),
    }
}

fn request(method: Method, body: &str) -> Request {
    Request {
        method,
        target: "/".to_owned(),
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
        ..Request::default()
    }
}

fn refused(id: &str, request: &Request, url: &str) -> Option<RefusalCode> {
    let (connector, _) = connector(id);
    let refusal = refuse(&connector, request, &Url::parse(url).unwrap()).err();
    refusal.map(|refusal| refusal.code)
}

#[test]
fn a_key_goes_into_the_query_and_comes_out_of_what_is_shown() {
    let (connector, resolved) = connector("clockwork");
    let credential = typed(&[("api_key", "k&y=1")]);
    let attachment = Attachment::of(&connector, &resolved, &credential).unwrap();
    let plain = Url::parse("https://api.clockworksms.com/http/balance?to=4").unwrap();
    let sent = attachment.address(&plain);
    assert_eq!(sent.query(), Some("to=4&key=k%26y%3D1"), "as a value only");
    let mut back = sent;
    attachment.bare(&mut back);
    assert_eq!(
        back, plain,
        "an address that comes back shows nothing of it"
    );
}

#[test]
fn r23_an_address_that_repeats_the_key_is_known() {
    let (connector, resolved) = connector("clockwork");
    let credential = typed(&[("api_key", "s3cr/et")]);
    let attachment = Attachment::of(&connector, &resolved, &credential).unwrap();
    for told in ["/s3cr/et", "/s3cr%2Fet", "/?k=s3cr%2Fet", "/?k=xs3cr/ety"] {
        let url = Url::parse(&format!("https://elsewhere.example.com{told}")).unwrap();
        assert!(attachment.is_told_by(&url), "{told}");
    }
    let url = Url::parse("https://elsewhere.example.com/other").unwrap();
    assert!(!attachment.is_told_by(&url));
}

#[test]
fn four_fields_go_into_a_form_beside_the_callers_own() {
    let (connector, resolved) = connector("payflow_pro");
    let credential = typed(&[
        ("partner", "PayPal"),
        ("vendor", "works"),
        ("user", "ada"),
        ("password", "p&ss"),
    ]);
    let attachment = Attachment::of(&connector, &resolved, &credential).unwrap();
    let body = attachment.body(b"TRXTYPE=I".to_vec()).unwrap();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "TRXTYPE=I&PARTNER=PayPal&VENDOR=works&USER=ada&PWD=p%26ss"
    );
}

#[test]
fn what_goes_inside_a_json_text_is_put_there_and_nowhere_else() {
    let (connector, resolved) = connector("expensify");
    let credential = typed(&[("partner_user_id", "id"), ("partner_user_secret", "a\"b")]);
    let attachment = Attachment::of(&connector, &resolved, &credential).unwrap();
    let body = attachment
        .body(b"requestJobDescription=%7B%22type%22%3A%22get%22%7D".to_vec())
        .unwrap();
    let fields: BTreeMap<String, String> =
        url::form_urlencoded::parse(&body).into_owned().collect();
    let json: serde_json::Value = serde_json::from_str(&fields["requestJobDescription"]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"type": "get", "credentials":
            {"partnerUserID": "id", "partnerUserSecret": "a\"b"}})
    );
    for bad in [
        "",
        "other=1",
        "requestJobDescription=no",
        "requestJobDescription=[]",
    ] {
        let error = attachment.body(bad.as_bytes().to_vec()).unwrap_err();
        assert_eq!(error.code(), "form_needed", "{bad}");
    }
}

#[test]
fn r23_a_caller_sets_nothing_that_the_credential_goes_in() {
    let get = request(Method::GET, "");
    let clockwork = "https://api.clockworksms.com/http/balance";
    assert_eq!(refused("clockwork", &get, clockwork), None);
    for query in ["key=1", "KEY=1", "key[]=1", "a=1&key=1", "%6Bey=1"] {
        assert_eq!(
            refused("clockwork", &get, &format!("{clockwork}?{query}")),
            Some(RefusalCode::FieldReserved),
            "{query}"
        );
    }
    let payflow = "https://payflowpro.paypal.com/";
    for body in ["PWD=1", "pwd=1", "PWD[1]=1", "A=1&VENDOR=x"] {
        assert_eq!(
            refused("payflow_pro", &request(Method::POST, body), payflow),
            Some(RefusalCode::FieldReserved),
            "{body}"
        );
    }
    assert_eq!(
        refused("payflow_pro", &request(Method::POST, "A=1"), payflow),
        None
    );
    let expensify = "https://integrations.expensify.com/";
    let own = "requestJobDescription={\"credentials\":{\"partnerUserID\":\"x\"}}";
    assert_eq!(
        refused("expensify", &request(Method::POST, own), expensify),
        Some(RefusalCode::FieldReserved)
    );
    let mut header = request(Method::GET, "");
    header.headers.insert("x-api-key", "x".parse().unwrap());
    assert_eq!(
        refused("anthropic", &header, "https://api.anthropic.com/"),
        Some(RefusalCode::HeaderReserved)
    );
}

#[test]
fn a_credential_that_is_part_of_a_form_needs_one() {
    let payflow = "https://payflowpro.paypal.com/";
    let mut json = request(Method::POST, "{}");
    json.headers
        .insert("content-type", "application/json".parse().unwrap());
    let mut packed = request(Method::POST, "TRXTYPE=I");
    packed
        .headers
        .insert("content-encoding", "gzip".parse().unwrap());
    for request in [request(Method::GET, ""), json, packed] {
        assert_eq!(
            refused("payflow_pro", &request, payflow),
            Some(RefusalCode::FormNeeded)
        );
    }
}

#[test]
fn what_a_caller_says_of_a_forms_characters_stays() {
    let (connector, resolved) = connector("payflow_pro");
    let keys = ["partner", "vendor", "user", "password"].map(|name| (name, "x"));
    let attachment = Attachment::of(&connector, &resolved, &typed(&keys)).unwrap();
    let form = "application/x-www-form-urlencoded";
    let latin = format!("{form}; charset=ISO-8859-1");
    for (said, sent) in [
        (None, form),
        (Some("text/plain"), form),
        (Some(latin.as_str()), latin.as_str()),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(said) = said {
            headers.insert("content-type", said.parse().unwrap());
        }
        attachment.head(&mut headers);
        assert_eq!(headers["content-type"], sent, "{said:?}");
    }
}

#[test]
fn a_user_name_with_a_colon_is_no_user_name() {
    let (connector, resolved) = connector("twilio");
    let credential = typed(&[("account_sid", "AC:1"), ("auth_token", "x")]);
    assert!(
        Attachment::of(&connector, &resolved, &credential).is_err(),
        "RFC 7617: part of it would be taken for the password"
    );
}
