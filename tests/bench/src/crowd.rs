//! A catalog with many connections, filled straight into the file of a founded home: through the front door each
//! connection and each authorization would be a write to the disk. What is derived from them is derived by the catalog.

use std::path::Path;

use rusqlite::{Connection as Db, Transaction, params};
use tsunagi_catalog::Catalog;
use tsunagi_connectors::Library;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{AuthorizationId, ConnectionId, MemberId};

use crate::Error;

/// What the connections are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd {
    /// All kinds, both environment modes.
    Mixed,
    /// Logged-in-user connections only, one authorization per environment: what each member sees is their own.
    Personal,
}

/// Applications that are added.
pub const APPLICATIONS: usize = 20;
/// Words of names; the last ones are in few of them.
const WORDS: [&str; 8] = [
    "請求書の連携",
    "Orders",
    "顧客管理",
    "Invoices",
    "Nightly sync",
    "在庫",
    "Leads",
    "Support desk",
];
/// Every so many connections have a rare word in their name, in Latin and in Japanese letters.
const RARE_EVERY: usize = 9_973;

/// Numbers that look random and are the same each time.
const fn mixed(n: usize, salt: usize) -> usize {
    let x = (n ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
    let x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

/// Adds members, applications, `count` connections and what sits in their slots. Returns how many slots are filled.
///
/// # Errors
/// Where the file cannot be filled.
pub fn fill(home: &Path, crowd: Crowd, count: usize) -> Result<usize, Error> {
    drop(Catalog::open(home)?);
    let mut db = Db::open(home.join("catalog.sqlite"))?;
    db.pragma_update(None, "synchronous", "OFF")?;
    let all = db.transaction()?;
    let members = members(&all)?;
    let applications = applications(&all)?;
    let services = services();
    // What the program does once per version of itself: it is no part of what is measured.
    all.execute(
        "INSERT INTO setting (name, value) VALUES ('restated_by', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [env!("CARGO_PKG_VERSION")],
    )?;
    let mut filled = 0;
    for n in 0..count {
        let id = connection(&all, crowd, n, &services, members[0])?;
        filled += seat(&all, crowd, n, id, &services, &members)?;
        for application in [n % APPLICATIONS, mixed(n, 3) % APPLICATIONS] {
            all.prepare_cached(
                "INSERT INTO application_connection (application, connection) VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![applications[application], id])?;
        }
    }
    all.commit()?;
    drop(db);
    let catalog = Catalog::open(home)?;
    catalog.derive_again()?;
    drop(catalog);
    let db = Db::open(home.join("catalog.sqlite"))?;
    db.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")
        .or_else(|error| match error {
            // The checkpoint answers with a row.
            rusqlite::Error::ExecuteReturnedResults => Ok(()),
            other => Err(other),
        })?;
    Ok(filled)
}

/// A connector that connections are made with.
struct Service {
    id: String,
    /// Its parameters, each with the example of it, as JSON.
    settings: String,
    /// The origins its authorizations are obtained for, as JSON.
    origins: String,
}

/// The built-in connectors.
fn services() -> Vec<Service> {
    let library = Library::built_in();
    let usable = library.all().filter_map(|connector| {
        let settings: Settings = connector
            .parameters
            .iter()
            .filter_map(|one| Some((one.name.clone(), one.example.clone()?)))
            .collect();
        let resolved = connector.resolve(&settings).ok()?;
        Some(Service {
            id: connector.id.clone(),
            settings: serde_json::to_string(&settings).ok()?,
            origins: serde_json::to_string(&resolved.origins).ok()?,
        })
    });
    usable.collect()
}

fn members(db: &Transaction<'_>) -> Result<Vec<[u8; 16]>, Error> {
    let mut members: Vec<[u8; 16]> = db
        .prepare("SELECT id FROM member ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in ["Ben", "Chie", "Dana", "Elif"] {
        let id = MemberId::new().uuid().into_bytes();
        db.execute(
            "INSERT INTO member (id, name, role, active) VALUES (?1, ?2, 'admin', 1)",
            params![id, name],
        )?;
        members.push(id);
    }
    Ok(members)
}

fn applications(db: &Transaction<'_>) -> Result<Vec<[u8; 16]>, Error> {
    (0..APPLICATIONS)
        .map(|n| {
            let id = tsunagi_domain::ApplicationId::new().uuid().into_bytes();
            db.execute(
                "INSERT INTO application (id, name, folded, edition, created_at)
                 VALUES (?1, ?2, lower(?2), 'c6', 0)",
                params![id, format!("Application {n}")],
            )?;
            Ok(id)
        })
        .collect()
}

fn kind(crowd: Crowd, n: usize) -> &'static str {
    match (crowd, n % 10) {
        (Crowd::Personal, _) | (Crowd::Mixed, 4..=8) => "logged_in_user",
        (Crowd::Mixed, 9) => "system",
        (Crowd::Mixed, _) => "admin",
    }
}

fn connection(
    db: &Transaction<'_>,
    crowd: Crowd,
    n: usize,
    services: &[Service],
    owner: [u8; 16],
) -> Result<[u8; 16], Error> {
    let id = ConnectionId::new().uuid().into_bytes();
    let word = WORDS[mixed(n, 1) % WORDS.len()];
    let rare = if n % RARE_EVERY == 17 {
        " Quetzal 稀少"
    } else {
        ""
    };
    let name = format!("{word}{rare} {n}");
    let mode = if crowd == Crowd::Mixed && n.is_multiple_of(4) {
        "same"
    } else {
        "per_environment"
    };
    // Half were used lately, at times of their own.
    let used = if n.is_multiple_of(2) {
        1_700_000_000_000 + i64::try_from(mixed(n, 5) % 1_000_000_000).unwrap_or_default()
    } else {
        0
    };
    let service = &services[mixed(n, 2) % services.len()];
    db.prepare_cached(
        "INSERT INTO connection (id, name, folded, link_name, connector, kind, mode, scopes, settings, enabled,
             created_by, created_at, last_used, owner)
         VALUES (?1, ?2, lower(?2), ?3, ?4, ?6, ?7, '[\"contacts.read\"]', ?5, ?8, ?9, ?10, ?11, ?9)",
    )?
    .execute(params![
        id,
        name,
        format!("link_{n}"),
        service.id,
        service.settings,
        kind(crowd, n),
        mode,
        !mixed(n, 4).is_multiple_of(50),
        owner,
        1_700_000_000_000 + i64::try_from(n).unwrap_or_default(),
        used,
    ])?;
    Ok(id)
}

/// Fills slots of the connection just added; says how many.
fn seat(
    db: &Transaction<'_>,
    crowd: Crowd,
    n: usize,
    connection: [u8; 16],
    services: &[Service],
    members: &[[u8; 16]],
) -> Result<usize, Error> {
    let personal = kind(crowd, n) == "logged_in_user";
    let same = crowd == Crowd::Mixed && n.is_multiple_of(4);
    let reaches: &[&str] = if same {
        &["all"]
    } else {
        &["development", "stage", "production"]
    };
    // Of what is personal the viewer has an account in most, another member in the rest; where one slot serves all
    // environments, further members make up for it.
    let seated: Vec<Option<[u8; 16]>> = if personal {
        let first = usize::from(mixed(n, 6).is_multiple_of(10)) * (1 + n % 4);
        let more = if same { 5 } else { 1 };
        (0..more)
            .map(|at| Some(members[(first + at) % members.len()]))
            .collect()
    } else {
        vec![None]
    };
    let origins = &services[mixed(n, 2) % services.len()].origins;
    let mut filled = 0;
    for (at, reach) in reaches.iter().enumerate() {
        for member in &seated {
            let draw = mixed(n * 8 + at, 7) % 100;
            // Some were never authorized.
            if draw < 4 {
                continue;
            }
            let authorization =
                authorize(db, draw, n * 8 + at, origins, member.unwrap_or(members[0]))?;
            db.prepare_cached(
                "INSERT INTO slot (connection, reach, member, authorization, connector_changed)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                connection,
                reach,
                member,
                authorization,
                draw == 11
            ])?;
            filled += 1;
        }
        if personal && !mixed(n * 8 + at, 8).is_multiple_of(5) {
            db.prepare_cached(
                "INSERT INTO primary_account (connection, reach, member, since) VALUES (?1, ?2, ?3, 0)",
            )?
            .execute(params![connection, reach, seated[0]])?;
        }
    }
    Ok(filled)
}

fn authorize(
    db: &Transaction<'_>,
    draw: usize,
    n: usize,
    origins: &str,
    by: [u8; 16],
) -> Result<[u8; 16], Error> {
    let id = AuthorizationId::new().uuid().into_bytes();
    let health = match draw {
        4..=6 => "expired",
        7 | 8 => "revoked",
        9 => "client_refused",
        12 => "outcome_unknown",
        _ => "connected",
    };
    // Scopes that are missing and a connector that changed are a matter of the slot.
    let granted = if draw == 10 {
        "[]"
    } else {
        r#"["contacts.read"]"#
    };
    let origins = if draw == 11 {
        r#"["https://moved.example"]"#
    } else {
        origins
    };
    let unreachable = (draw == 13).then_some(1_700_000_000_000_i64);
    db.prepare_cached(
        "INSERT INTO authorization (id, account_id, account_name, account_email, asked, granted, health, issued_at,
             expires_at, renewable, unreachable_since, unreachable_code, origins, extras, authorized_by, authorized_at,
             version)
         VALUES (?1, ?2, ?3, ?4, '[\"contacts.read\"]', ?10, ?5, 1700000000000, 4000000000000, 1, ?6,
             ?7, ?8, '{}', ?9, 1700000000000, 1)",
    )?
    .execute(params![
        id,
        (n % 5_000).to_string(),
        format!("Account {}", n % 5_000),
        format!("account{}@example.com", n % 5_000),
        health,
        unreachable,
        unreachable.map(|_| "timeout"),
        origins,
        by,
        granted,
    ])?;
    Ok(id)
}
