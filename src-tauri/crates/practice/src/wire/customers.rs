//! The customers that are in the practice Salesforce from the start: accounts, and one contact of
//! each, under the reserved name `example.com` and with telephone numbers kept for fiction.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::state::{Record, State};

/// An object and its fields: those a client may set, after `Id` and what the service makes.
pub(crate) struct Object {
    pub(crate) name: &'static str,
    /// What its ids begin with.
    prefix: &'static str,
    /// Fields that a client sets.
    pub(crate) own: &'static [&'static str],
    /// Fields that the service makes.
    pub(crate) made: &'static [&'static str],
    /// The field no record is without.
    pub(crate) required: &'static str,
}

/// The objects there are.
pub(crate) static OBJECTS: [Object; 2] = [
    Object {
        name: "Account",
        prefix: "001Pr",
        own: &[
            "Name",
            "Phone",
            "Website",
            "Industry",
            "BillingCity",
            "BillingCountry",
        ],
        made: &["Id"],
        required: "Name",
    },
    Object {
        name: "Contact",
        prefix: "003Pr",
        own: &[
            "FirstName",
            "LastName",
            "Email",
            "Phone",
            "Title",
            "AccountId",
        ],
        made: &["Id", "Name"],
        required: "LastName",
    },
];

impl Object {
    /// The object of this name, in any case.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        let mut all = OBJECTS.iter();
        all.find(|object| object.name.eq_ignore_ascii_case(name))
    }

    /// Its field of this name, in any case, as the service writes it.
    pub(crate) fn field(&self, name: &str) -> Option<&'static str> {
        let mut all = self.made.iter().chain(self.own);
        all.find(|field| field.eq_ignore_ascii_case(name)).copied()
    }

    /// The three characters that its ids begin with.
    pub(crate) fn key_prefix(&self) -> &'static str {
        self.prefix.get(..3).unwrap_or(self.prefix)
    }

    /// The id of its record of that number: 18 letters and digits.
    fn id(&self, number: usize) -> String {
        format!("{}{number:010}AAA", self.prefix)
    }

    /// The id of the next record.
    pub(crate) fn next_id(&self, state: &State) -> String {
        // Records are never removed, so the next number is free.
        self.id(all(state, self).len() + 1)
    }
}

/// Account, industry, city, country, first name, last name, what of, telephone.
const MADE_UP: [[&str; 8]; 12] = [
    [
        "桜工業株式会社",
        "Manufacturing",
        "東京",
        "Japan",
        "花子",
        "佐藤",
        "購買部長",
        "+81 3-0000-0101",
    ],
    [
        "Lagos Lights",
        "Energy",
        "Lagos",
        "Nigeria",
        "Ada",
        "Okafor",
        "Founder",
        "+44 20 7946 0102",
    ],
    [
        "富士物産",
        "Retail",
        "静岡",
        "Japan",
        "一郎",
        "鈴木",
        "営業課長",
        "+81 3-0000-0103",
    ],
    [
        "Rossi e Figli",
        "Food",
        "Bologna",
        "Italy",
        "Mateo",
        "Rossi",
        "Owner",
        "+44 20 7946 0104",
    ],
    [
        "Kochi Spices",
        "Food",
        "Kochi",
        "India",
        "Priya",
        "Nair",
        "Buyer",
        "+44 20 7946 0105",
    ],
    [
        "北海道ファーム",
        "Agriculture",
        "札幌",
        "Japan",
        "美咲",
        "高橋",
        "代表",
        "+81 11-000-0106",
    ],
    [
        "Weber Werkzeuge",
        "Manufacturing",
        "Ulm",
        "Germany",
        "Noah",
        "Weber",
        "Engineer",
        "+1 202-555-0107",
    ],
    [
        "田中精機",
        "Manufacturing",
        "大阪",
        "Japan",
        "健太",
        "田中",
        "工場長",
        "+81 6-0000-0108",
    ],
    [
        "Atelier Martin",
        "Media",
        "Lyon",
        "France",
        "Zoe",
        "Martin",
        "Designer",
        "+1 202-555-0109",
    ],
    [
        "Northern Light Travel",
        "Hospitality",
        "Reykjavik",
        "Iceland",
        "Olafur",
        "Jonsson",
        "Guide",
        "+1 202-555-0110",
    ],
    [
        "渡辺デザイン",
        "Media",
        "京都",
        "Japan",
        "さくら",
        "渡辺",
        "ディレクター",
        "+81 75-000-0111",
    ],
    [
        "O'Neill & Daughters",
        "Consulting",
        "Cork",
        "Ireland",
        "Grace",
        "O'Neill",
        "Partner",
        "+1 202-555-0112",
    ],
];

/// The part of the addresses before `@` and of the sites before `.example.com`.
const SHORT: [&str; 12] = [
    "sakura",
    "lagoslights",
    "fujibussan",
    "rossi",
    "kochispices",
    "hokkaidofarm",
    "weber",
    "tanakaseiki",
    "ateliermartin",
    "northernlight",
    "watanabe",
    "oneill",
];

const GIVEN: [&str; 12] = [
    "hanako", "ada", "ichiro", "mateo", "priya", "misaki", "noah", "kenta", "zoe", "olafur",
    "sakura", "grace",
];

fn made_up(object: &Object) -> impl Iterator<Item = (String, Map<String, Value>)> {
    let account = object.name == "Account";
    MADE_UP
        .iter()
        .zip(SHORT)
        .zip(GIVEN)
        .enumerate()
        .map(move |(at, ((row, short), given))| {
            let [name, industry, city, country, first, last, title, phone] = row;
            let fields = if account {
                json!({
                    "Name": name,
                    "Phone": phone,
                    "Website": format!("https://{short}.example.com"),
                    "Industry": industry,
                    "BillingCity": city,
                    "BillingCountry": country,
                })
            } else {
                let company = Object::named("Account").map(|account| account.id(at + 1));
                json!({
                    "FirstName": first,
                    "LastName": last,
                    "Email": format!("{given}@{short}.example.com"),
                    "Phone": phone,
                    "Title": title,
                    "AccountId": company,
                })
            };
            let fields = fields.as_object().cloned().unwrap_or_default();
            (object.id(at + 1), fields)
        })
}

/// Every record of an object by id, as it is now, with the fields that the service makes.
pub(crate) fn all(state: &State, object: &Object) -> BTreeMap<String, Map<String, Value>> {
    let written = state
        .records
        .iter()
        .filter(|(_, record)| record.kind == object.name)
        .map(|(id, record): (&String, &Record)| (id.clone(), record.fields.clone()));
    let mut all: BTreeMap<_, _> = made_up(object).chain(written).collect();
    for (id, fields) in &mut all {
        if object.made.contains(&"Name") {
            let part = |field| {
                fields
                    .get(field)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let name = format!("{} {}", part("FirstName"), part("LastName"));
            fields.insert("Name".to_owned(), json!(name.trim()));
        }
        fields.insert("Id".to_owned(), json!(id));
    }
    all
}
