//! Credentials that a person types in, and clients that authorize themselves.

use std::collections::BTreeMap;

use tsunagi_connectors::{AccountId, Registration, fill};
use tsunagi_domain::connection::Settings;

use crate::{GOOD, draft_of, load};

const KEYS: &str = r#"id = "example"
name = "Example"
category = "crm"
kinds = ["admin"]
hosts = ["https://api.example.com"]

[description]
en = "An example."
ja = "例です。"

[monogram]
text = "E"
hue = 10

[[keys.fields]]
name = "account"
label = { en = "Account", ja = "アカウント" }
secret = false
pattern = "[a-z./]+"
example = "works"

[[keys.fields]]
name = "secret"
label = { en = "Secret", ja = "シークレット" }

[[keys.attach]]
in = "basic"
user = "{key.account}"
password = "{key.secret}"

[api]
base = "https://api.example.com/v1"

[verify]
url = "https://api.example.com/v1/accounts/{key.account}.json"
id = "{key.account}"
"#;

#[test]
fn a_connector_of_keys_needs_no_registration_and_seals_its_api() {
    let connector = load(KEYS);
    assert_eq!(connector.registration, Registration::NotNeeded);
    assert!(connector.oauth.is_none());
    let resolved = connector.resolve(&Settings::new()).unwrap();
    assert_eq!((&resolved.token, &resolved.authorize), (&None, &None));
    let origins: Vec<String> = resolved.origins.iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["https://api.example.com:443"], "R23");
    let question = resolved.question.unwrap();
    assert_eq!(question.id, Some(AccountId::Key("account".to_owned())));
}

#[test]
fn what_is_typed_in_stays_one_step_of_the_path() {
    let resolved = load(KEYS).resolve(&Settings::new()).unwrap();
    let question = resolved.question.unwrap();
    let with = |value: &'static str| {
        let url = question.url_with(|name| (name == "account").then_some(value));
        url.map(|url| url.to_string())
    };
    let at = "https://api.example.com/v1/accounts/";
    assert_eq!(with("works"), Some(format!("{at}works.json")));
    assert_eq!(with("a/b?c#d"), Some(format!("{at}a%2Fb%3Fc%23d.json")));
    assert_eq!(with(".."), None, "no way up");
}

#[test]
fn a_value_that_looks_like_a_template_is_only_a_value() {
    let values = BTreeMap::from([("a", "{b}"), ("b", "secret")]);
    let filled = fill("{a}-{b}", |name| values.get(name).copied());
    assert_eq!(filled.as_deref(), Some("{b}-secret"));
    assert_eq!(fill("{c}", |name| values.get(name).copied()), None);
    assert_eq!(fill("{a", |name| values.get(name).copied()), None);
}

#[test]
fn a_bad_connector_of_keys_is_refused_by_what_is_wrong() {
    let oauth = "[oauth]\nauthorize = \"https://api.example.com/a\"\ntoken = \"https://api.example.com/t\"\n\n[api]";
    let table = [
        ("[api]", oauth, "not both"),
        (
            "kinds =",
            "registration = \"needs_client\"\nkinds =",
            "no client",
        ),
        (
            "password = \"{key.secret}\"",
            "password = \"{key.other}\"",
            "`other` is not listed",
        ),
        (
            "password = \"{key.secret}\"",
            "password = \"{other}\"",
            "`{other}`",
        ),
        (
            "password = \"{key.secret}\"",
            "password = \"x\"",
            "`secret` goes nowhere",
        ),
        (
            "accounts/{key.account}",
            "accounts/{key.secret}",
            "`secret` is a secret",
        ),
        (
            "id = \"{key.account}\"",
            "id = \"{key.secret}\"",
            "`secret` is a secret",
        ),
        (
            "base = \"https://api.example.com/v1\"",
            "base = \"https://other.example.com/v1\"",
            "not listed",
        ),
        (
            "url = \"https://api.example.com",
            "url = \"https://other.example.com",
            "not listed",
        ),
        (
            "example = \"works\"",
            "example = \"WORKS\"",
            "`WORKS` is not a value",
        ),
        (
            "ja = \"シークレット\" }",
            "ja = \"シークレット\" }\nexample = \"x\"",
            "no example",
        ),
        ("name = \"secret\"", "name = \"account\"", "listed twice"),
        (
            "ja = \"シークレット\" }",
            "ja = \"シークレット\" }\nsecret = false",
            "none of the fields",
        ),
        (
            "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"{key.secret}\"",
            "in = \"header\"\nname = \"Cookie\"\nvalue = \"{key.secret}{key.account}\"",
            "`Cookie` cannot",
        ),
        (
            "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"{key.secret}\"",
            "in = \"form\"\nname = \"key\"\nvalue = \"{key.secret}{key.account}\"",
            "goes with POST",
        ),
        (
            "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"{key.secret}\"",
            "in = \"query\"\nname = \"key\"\nvalue = \"{key.secret}{key.account}\"\n\n[[keys.attach]]\nin = \"query\"\nname = \"KEY\"\nvalue = \"{key.secret}\"",
            "attached twice",
        ),
        (
            "[verify]\nurl = \"https://api.example.com/v1/accounts/{key.account}.json\"\nid = \"{key.account}\"\n",
            "",
            "`verify` is missing",
        ),
    ];
    for (good, bad, said) in table {
        assert!(KEYS.contains(good), "{good}");
        let text = KEYS.replacen(good, bad, 1);
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .unwrap_err();
        assert!(problem.why.to_string().contains(said), "{bad}: {problem}");
    }
}

#[test]
fn a_verification_does_not_set_what_the_credential_goes_in() {
    let basic = "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"{key.secret}\"";
    let query = "in = \"query\"\nname = \"key\"\nvalue = \"{key.secret}{key.account}\"";
    let text = KEYS
        .replacen(basic, query, 1)
        .replacen(".json\"", ".json?Key=1\"", 1);
    let problem = draft_of("example.toml", text.as_bytes())
        .outcome
        .unwrap_err();
    assert!(problem.why.to_string().contains("(R23)"), "{problem}");
}

#[test]
fn a_client_that_authorizes_itself_has_no_page_to_sign_in_at() {
    let authorize = "authorize = \"https://accounts.example.net/authorize\"\n";
    let grant = "grant = \"client_credentials\"\n";
    let personal = "kinds = [\"admin\", \"logged_in_user\"]";
    let clients = GOOD
        .replacen(authorize, grant, 1)
        .replacen(personal, "kinds = [\"admin\"]", 1);
    let connector = load(&clients);
    assert!(connector.is_for_clients());
    assert_eq!(connector.resolve(&Settings::new()).unwrap().authorize, None);
    for (text, said) in [
        (GOOD.replacen(authorize, "", 1), "`authorize` is missing"),
        (
            GOOD.replacen(authorize, &format!("{authorize}{grant}"), 1),
            "nobody signs in",
        ),
        (
            clients.replacen("kinds = [\"admin\"]", personal, 1),
            "no account of a member's own",
        ),
    ] {
        let problem = draft_of("example.toml", text.as_bytes())
            .outcome
            .unwrap_err();
        assert!(problem.why.to_string().contains(said), "{problem}");
    }
}

/// The reason for which another way to attach is refused; nothing where it is not.
fn refused(attach: &str) -> Option<String> {
    let basic = "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"{key.secret}\"";
    assert!(KEYS.contains(basic));
    let text = KEYS.replacen(basic, attach, 1);
    let read = draft_of("example.toml", text.as_bytes());
    read.outcome.err().map(|problem| problem.why.to_string())
}

/// An attachment of a kind under a name, which holds both fields.
fn under(kind: &str, name: &str) -> String {
    format!("in = \"{kind}\"\nname = \"{name}\"\nvalue = \"{{key.secret}} {{key.account}}\"")
}

#[test]
fn a_key_goes_into_a_header_whose_name_is_one() {
    for name in ["X-Api-Key", "authorization", "x_token!", "X-Auth.Token"] {
        assert_eq!(refused(&under("header", name)), None, "{name}");
    }
    for name in ["X Api Key", "X-Key:", "X-キー", "X\\tKey", "(x)", "x/y"] {
        let said = refused(&under("header", name)).expect(name);
        assert!(said.contains("not the name of a header"), "{name}: {said}");
    }
    for name in [
        "Cookie",
        "Host",
        "Proxy-Authorization",
        "Content-Length",
        "transfer-encoding",
        "TE",
        "Content-Type",
        "Connection",
        "Upgrade",
        "Expect",
    ] {
        let said = refused(&under("header", name)).expect(name);
        assert!(
            said.contains("cannot carry a credential"),
            "{name}: it is how the request is sent: {said}"
        );
    }
    let lines = under("header", "X-Key").replace("{key.secret} ", "{key.secret}\\n");
    let said = refused(&lines).unwrap();
    assert!(said.contains("not on one line"), "{said}");
}

#[test]
fn a_key_goes_into_a_field_whose_name_can_be_told_from_a_callers() {
    for name in ["api_key", "Api-Key", "$key", "api.key", "キー"] {
        assert_eq!(refused(&under("query", name)), None, "{name}");
    }
    for name in ["api key", "key[0]", "key[]", "a&b", "a=b", "a#b", "\\u0007"] {
        for kind in ["query", "form"] {
            let said = refused(&under(kind, name)).expect(name);
            assert!(
                said.contains("not the name of a field"),
                "{kind} {name}: {said}"
            );
        }
    }
}

#[test]
fn a_key_goes_to_one_place_once() {
    let json = |at: &str| {
        let value = "{key.secret}{key.account}";
        format!("in = \"form_json\"\nname = \"job\"\nat = \"{at}\"\nvalue = \"{value}\"")
    };
    let then = |one: &str, other: &str| format!("{one}\n\n[[keys.attach]]\n{other}");
    let basic = "in = \"basic\"\nuser = \"{key.account}\"\npassword = \"x\"";
    for (attach, reason) in [
        (
            then(&under("header", "X-Key"), &under("header", "x-key")),
            "attached twice",
        ),
        (
            then(&under("header", "Authorization"), basic),
            "attached twice",
        ),
        (
            then(&under("form", "key"), &under("form", "KEY")),
            "attached twice",
        ),
        (then(&json("/a"), &json("/a")), "attached twice"),
        (then(&json("/a/b"), &json("/a")), "as a whole as well"),
        (
            then(&json("/a"), &under("form", "job")),
            "as a whole as well",
        ),
        (json("a/b"), "oneOf"),
        (json("/a/"), "not a JSON pointer"),
        (json("/a~2"), "not a JSON pointer"),
    ] {
        let said = refused(&attach).expect(reason);
        assert!(said.contains(reason), "{attach}: {said}");
    }
    let apart = then(&under("query", "key"), &under("header", "key"));
    assert_eq!(refused(&apart), None, "a query is no header");
}

#[test]
fn what_is_attached_is_of_a_field() {
    let constant = "in = \"header\"\nname = \"X-App\"\nvalue = \"app\"";
    let attach = format!(
        "{}\n\n[[keys.attach]]\n{constant}",
        under("header", "X-Key")
    );
    let said = refused(&attach).unwrap();
    assert!(said.contains("no field goes there"), "{said}");
    let colon = "in = \"basic\"\nuser = \"app:{key.account}\"\npassword = \"{key.secret}\"";
    let said = refused(colon).unwrap();
    assert!(said.contains("no colon"), "RFC 7617: {said}");
    let open = "in = \"header\"\nname = \"X-Key\"\nvalue = \"{key.account}\"";
    let said = refused(open).unwrap();
    assert!(said.contains("`secret` goes nowhere"), "{said}");
}

#[test]
fn a_field_that_is_no_secret_may_be_for_the_paths_of_requests_alone() {
    let key_alone = KEYS.replace("user = \"{key.account}\"", "user = \"app\"");
    let keys = load(&key_alone).keys.unwrap();
    assert_eq!(keys.fields.len(), 2, "Twilio's account beside an API key");
    let nowhere = key_alone.replace("accounts/{key.account}.json", "accounts.json");
    let draft = crate::draft_of("example.toml", nowhere.as_bytes());
    let problem = draft.outcome.unwrap_err().to_string();
    assert!(problem.contains("`account` goes nowhere"), "{problem}");
}
