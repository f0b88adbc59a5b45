//! Refresh tokens where a service offers them, device codes where there is nothing else, and what
//! is typed into rows.

use tsunagi_connectors::{OAuth, Param, Pkce, Question, Security, Sketch, Way, drafts};

use super::{places, question, signed_in};

#[test]
fn rfc7636_what_a_service_says_of_pkce_is_taken_over_and_its_silence_overrules_nobody() {
    use Pkce::{Refused, Supported, Undocumented};
    // (what a person or a file set, what the service says, what comes of it)
    for (set, said, expected) in [
        (None, Some(Supported), Some(Supported)),
        (Some(Undocumented), Some(Supported), Some(Supported)),
        (Some(Supported), Some(Refused), Some(Refused)),
        (None, Some(Undocumented), Some(Undocumented)),
        (Some(Supported), Some(Undocumented), Some(Supported)),
        (Some(Refused), Some(Undocumented), Some(Refused)),
        (Some(Supported), None, Some(Supported)),
    ] {
        let mut sketch = Sketch::new("Paper Mill", Security::of(Way::Code));
        if let Security::Oauth(oauth) = &mut sketch.security {
            oauth.pkce = set;
        }
        let found = OAuth {
            pkce: said,
            ..OAuth::at("https://id.mill.example/token")
        };
        sketch.fill(found, &[]);
        let Security::Oauth(oauth) = &sketch.security else {
            panic!("it is OAuth");
        };
        assert_eq!(oauth.pkce, expected, "{set:?}, then {said:?}");
    }
}

#[test]
fn a_service_that_offers_it_is_asked_for_a_refresh_token() {
    let found = || OAuth {
        authorize: Some("https://id.mill.example/authorize".to_owned()),
        issuer: Some("https://id.mill.example".to_owned()),
        jwks: Some("https://id.mill.example/jwks".to_owned()),
        ..OAuth::at("https://id.mill.example/token")
    };
    let offered = ["openid", "email", "offline_access"].map(str::to_owned);
    let mut sketch = Sketch::new("Paper Mill", Security::of(Way::Code));
    sketch.fill(found(), &offered);
    sketch.api.base = "https://api.mill.example".to_owned();
    assert_eq!(sketch.check(), []);
    let asks = |sketch: &Sketch| {
        let Security::Oauth(oauth) = &sketch.security else {
            panic!("it is OAuth");
        };
        oauth.authorize_params.get("prompt").map(Param::text)
    };
    assert_eq!(
        asks(&sketch).as_deref(),
        Some("consent"),
        "OpenID Connect Core section 11: else it is not given"
    );
    let chosen = |sketch: &Sketch| -> Vec<String> {
        let chosen = sketch.scopes.iter().filter(|scope| scope.default);
        chosen.map(|scope| scope.name.clone()).collect()
    };
    assert_eq!(chosen(&sketch), ["openid", "offline_access"]);

    // What a person set stays, whichever it is.
    if let Security::Oauth(oauth) = &mut sketch.security {
        let own = Param::Text("select_account consent".to_owned());
        oauth.authorize_params.insert("prompt".to_owned(), own);
    }
    sketch.scopes[2].default = false;
    let before = sketch.clone();
    sketch.fill(found(), &offered);
    assert_eq!(asks(&sketch), asks(&before));
    assert_eq!(chosen(&sketch), ["openid"]);

    let mut silent = Sketch::new("Paper Mill", Security::of(Way::Code));
    silent.fill(found(), &["openid".to_owned()]);
    assert_eq!(
        asks(&silent),
        None,
        "a service that does not offer it is not asked"
    );
    assert_eq!(chosen(&silent), [""; 0]);

    let mut device = Sketch::new("Paper Mill", Security::of(Way::Device));
    let alone = OAuth {
        authorize: None,
        device: Some("https://id.mill.example/device".to_owned()),
        ..found()
    };
    device.fill(alone, &offered);
    assert_eq!(asks(&device), None, "there is no page to ask at");
    assert!(chosen(&device).contains(&"offline_access".to_owned()));
}

#[test]
fn rfc8628_a_code_alone_is_a_way_and_says_nothing_of_a_page() {
    let mut sketch = signed_in();
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    oauth.authorize = None;
    oauth.device = Some("https://login.mill.example/device".to_owned());
    assert_eq!(sketch.check(), []);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("paper_mill.toml"), sketch.to_toml()).unwrap();
    let connector = drafts(dir.path()).remove(0).outcome.unwrap();
    assert!(connector.is_by_code_alone() && !connector.is_for_clients());
    let resolved = connector.resolve(&Default::default()).unwrap();
    assert!(resolved.authorize.is_none() && resolved.device.is_some());

    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    oauth.par = Some("https://login.mill.example/par".to_owned());
    let own = Param::Text("consent".to_owned());
    oauth.authorize_params.insert("prompt".to_owned(), own);
    assert_eq!(places(&sketch), ["/oauth/authorize_params", "/oauth/par"]);
    let Security::Oauth(oauth) = &mut sketch.security else {
        panic!("it is OAuth");
    };
    oauth.device = None;
    assert_eq!(
        places(&sketch),
        ["/oauth/authorize"],
        "one of the two is needed"
    );
}

#[test]
fn what_is_typed_into_rows_is_told_with_its_row() {
    let mut sketch = signed_in();
    let param = |text: &str| Param::Text(text.to_owned());
    if let Security::Oauth(oauth) = &mut sketch.security {
        oauth.authorize_params = [("state", "x"), ("", "y"), ("access_type", "offline")]
            .map(|(name, value)| (name.to_owned(), param(value)))
            .into();
        oauth.token_params = [("audience".to_owned(), param("{nobody}"))].into();
        oauth.error_words = [("expired".to_owned(), "no_such_word".to_owned())].into();
    }
    sketch.verify = Some(Question {
        json: Some("{ \"query\": ".to_owned()),
        ..question("https://api.mill.example/graphql")
    });
    let found = sketch.check();
    let said: Vec<_> = found.iter().map(|one| (&*one.at, one.why.code)).collect();
    assert_eq!(
        said,
        [
            ("/oauth/authorize_params/", "field_empty"),
            ("/oauth/authorize_params/state", "param_own"),
            ("/oauth/error_words/expired", "field_choice"),
        ]
    );
    if let Security::Oauth(oauth) = &mut sketch.security {
        oauth
            .authorize_params
            .retain(|name, _| name == "access_type");
        oauth.error_words.clear();
    }
    let found = sketch.check();
    let said: Vec<_> = found.iter().map(|one| (&*one.at, one.why.code)).collect();
    assert_eq!(
        said,
        [
            ("/oauth/token_params/audience", "parameter_unknown"),
            ("/verify/json", "not_json"),
            ("/verify/method", "body_needs_post"),
        ]
    );
}
