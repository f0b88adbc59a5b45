//! OpenAPI documents: what they offer.

mod bad;

use tsunagi_connectors::{
    Attach, ClientAuth, GrantType, OpenApi, Problem, Security, Sketch, Way, openapi,
};

const HEAD: &str = "openapi: 3.0.3
info:
  title: Paper Mill
  version: '1'
servers:
  - url: https://api.mill.example/v1/
";

fn yaml(schemes: &str) -> String {
    format!("{HEAD}components:\n  securitySchemes:\n{schemes}")
}

fn read(text: &str) -> OpenApi {
    openapi("mill.yaml", text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn refused(text: &str) -> Problem {
    openapi("mill.yaml", text).expect_err("it is to be refused")
}

fn line_of(text: &str, part: &str) -> Option<usize> {
    text.lines()
        .position(|line| line.contains(part))
        .map(|at| at + 1)
}

fn oauth(sketch: &Sketch) -> &tsunagi_connectors::OAuth {
    match &sketch.security {
        Security::Oauth(oauth) => oauth,
        Security::Keys(_) => panic!("OAuth is expected"),
    }
}

fn keys(sketch: &Sketch) -> &tsunagi_connectors::Keys {
    match &sketch.security {
        Security::Keys(keys) => keys,
        Security::Oauth(_) => panic!("keys are expected"),
    }
}

const CODE: &str = "    signin:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://login.mill.example/authorize
          tokenUrl: https://login.mill.example/token
          refreshUrl: https://login.mill.example/renew
          scopes:
            read: Read paper
            write: ''
";

#[test]
fn a_person_signs_in_with_the_addresses_and_scopes_of_the_document() {
    let found = read(&yaml(CODE));
    assert_eq!(found.refused, [], "nothing is wrong with it");
    let [choice] = &found.choices[..] else {
        panic!("one way in: {:?}", found.choices);
    };
    assert_eq!((choice.scheme.as_str(), choice.way), ("signin", Way::Code));
    let sketch = &choice.sketch;
    assert_eq!(sketch.general.name, "Paper Mill");
    assert_eq!(sketch.general.id, "paper_mill");
    assert_eq!(sketch.general.monogram.text, "PM");
    assert_eq!(sketch.api.base, "https://api.mill.example/v1");
    let oauth = oauth(sketch);
    assert_eq!(
        oauth.authorize.as_deref(),
        Some("https://login.mill.example/authorize")
    );
    assert_eq!(oauth.token, "https://login.mill.example/token");
    assert_eq!(
        oauth.refresh.as_deref(),
        Some("https://login.mill.example/renew")
    );
    assert_eq!(
        oauth.client_auth,
        ClientAuth::Basic,
        "RFC 6749 section 2.3.1"
    );
    let scopes: Vec<_> = sketch
        .scopes
        .iter()
        .map(|scope| (scope.name.as_str(), scope.about.en.as_str()))
        .collect();
    assert_eq!(
        scopes,
        [("read", "Read paper"), ("write", "write")],
        "a scope without words has its name"
    );
    assert_eq!(
        sketch.hosts(),
        ["https://login.mill.example", "https://api.mill.example"],
        "R23: where credentials go, and nowhere else"
    );
    assert_eq!(sketch.check(), [], "it can be a connector as it is");
}

#[test]
fn json_reads_as_yaml_does_and_knows_its_lines_too() {
    let text = r#"{
	"openapi": "3.1.0",
	"info": {"title": "Caf\u00e9 \ud83c\udf75", "version": "1"},
	"servers": [{"url": "https:\/\/api.mill.example"}],
	"components": {
		"securitySchemes": {
			"k": {"type": "apiKey", "in": "cookie", "name": "sid"},
			"b": {"type": "http", "scheme": "Bearer"}
		}
	}
}"#;
    let found = read(text);
    assert_eq!(found.choices[0].way, Way::Bearer);
    assert_eq!(
        found.choices[0].sketch.general.name, "Café 🍵",
        "escapes that YAML has not"
    );
    assert_eq!(found.refused.len(), 1);
    assert_eq!(found.refused[0].line, Some(7), "{}", found.refused[0]);
    assert!(
        found.refused[0].why.to_string().contains("`k`")
            && found.refused[0].why.to_string().contains("cookie"),
        "by name: {}",
        found.refused[0]
    );
}

#[test]
fn several_schemes_are_a_choice_and_what_cannot_be_used_is_named_with_its_line() {
    let text = yaml(
        "    a_key:
      type: apiKey
      in: header
      name: X-Mill-Key
    b_query: { type: apiKey, in: query, name: key }
    c_user: { type: http, scheme: basic }
    d_token: { type: http, scheme: bearer }
    e_client:
      type: oauth2
      flows:
        clientCredentials:
          tokenUrl: https://login.mill.example/token
          scopes: {}
        implicit:
          authorizationUrl: https://login.mill.example/authorize
          scopes: {}
        password:
          tokenUrl: https://login.mill.example/token
          scopes: {}
    f_digest:
      type: http
      scheme: digest
    g_tls:
      type: mutualTLS
    h_open:
      type: openIdConnect
      openIdConnectUrl: https://login.mill.example/.well-known/openid-configuration
",
    );
    let found = read(&text);
    let ways: Vec<_> = found.choices.iter().map(|choice| choice.way).collect();
    assert_eq!(
        ways,
        [
            Way::KeyInHeader,
            Way::KeyInQuery,
            Way::Basic,
            Way::Bearer,
            Way::ClientCredentials,
            Way::OpenId,
        ]
    );
    assert_eq!(
        keys(&found.choices[0].sketch).attach,
        [Attach::Header {
            name: "X-Mill-Key".to_owned(),
            value: "{key.key}".to_owned()
        }]
    );
    assert_eq!(
        keys(&found.choices[3].sketch).attach,
        [Attach::Header {
            name: "Authorization".to_owned(),
            value: "Bearer {key.token}".to_owned()
        }]
    );
    let client = oauth(&found.choices[4].sketch);
    assert_eq!(client.grant, GrantType::ClientCredentials);
    assert_eq!(client.authorize, None, "nobody signs in");
    assert_eq!(
        found.choices[5].discover.as_deref(),
        Some("https://login.mill.example/.well-known/openid-configuration"),
        "given back, to be discovered"
    );
    for (part, word) in [
        ("authorizationUrl", "implicit"),
        ("scheme: digest", "digest"),
        ("type: mutualTLS", "mutualTLS"),
    ] {
        let told = found
            .refused
            .iter()
            .find(|problem| problem.why.to_string().contains(word));
        assert_eq!(
            told.map(|problem| problem.line),
            Some(line_of(&text, part)),
            "{word}: {:?}",
            found.refused
        );
    }
    assert_eq!(found.refused.len(), 4, "the password flow too");
}

#[test]
fn a_key_that_a_person_types_in_lacks_only_the_request_that_tries_it() {
    let found = read(&yaml("    k: { type: http, scheme: bearer }\n"));
    let findings = found.choices[0].sketch.check();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].why.to_string().contains("verify"),
        "{findings:?}"
    );
}

#[test]
fn server_variables_become_parameters() {
    let text = yaml(CODE).replace(
        "  - url: https://api.mill.example/v1/\n",
        "  - url: '{scheme}://{region}.api.mill.example/{basePath}/{Tenant-Name}'
    variables:
      scheme: { default: http, enum: [http, https] }
      region: { default: eu, enum: [eu, us.east], description: Where the data is }
      basePath: { default: rest/v1 }
      Tenant-Name: { default: acme }
",
    );
    let sketch = read(&text).choices.remove(0).sketch;
    assert_eq!(
        sketch.api.base, "https://{region}.api.mill.example/rest/v1/{tenant_name}",
        "https is chosen, and what is more than a word stays"
    );
    let parameters: Vec<_> = sketch
        .parameters
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.default.as_deref(),
                one.label.en.as_str(),
            )
        })
        .collect();
    assert_eq!(
        parameters,
        [
            ("region", Some("eu"), "Where the data is"),
            ("tenant_name", Some("acme"), "Tenant-Name"),
        ]
    );
    let region = &sketch.parameters[0].pattern;
    assert!(region.is_match("us.east") && !region.is_match("usxeast"));
    assert!(
        sketch
            .hosts()
            .contains(&"https://{region}.api.mill.example".to_owned()),
        "{:?}",
        sketch.hosts()
    );
    assert_eq!(sketch.check(), []);
}

#[test]
fn a_reference_inside_the_document_is_followed() {
    let text = yaml("    one: { $ref: '#/components/x-kept/a~1b' }\n")
        + "  x-kept:\n    a/b: { $ref: '#/components/x-kept/c%20d' }\n    c d: { type: http, scheme: basic }\n";
    assert_eq!(read(&text).choices[0].way, Way::Basic);
}

#[test]
fn a_page_of_comments_is_no_fault() {
    let comments = "# licensed, and generated\n".repeat(500);
    let text = yaml(CODE).replace(
        "components:\n",
        &format!("{comments}components:\n{comments}"),
    );
    assert_eq!(read(&text).choices.len(), 1);
}

#[test]
fn names_of_strangers_are_made_fit_for_a_screen() {
    let text = yaml(CODE).replace(
        "  title: Paper Mill",
        "  title: \"Paper\\u202E\\n  Mill\\u0007\"\n  description: \"First words.\\n\\nMore words.\"",
    );
    let sketch = read(&text).choices.remove(0).sketch;
    assert_eq!(sketch.general.name, "Paper Mill");
    assert_eq!(sketch.general.description.en, "First words.");
    let text = yaml(CODE).replace("  title: Paper Mill", "  title: Salesforce");
    let sketch = read(&text).choices.remove(0).sketch;
    assert_eq!(
        sketch.general.id, "salesforce_custom",
        "a built-in connector's id is not suggested"
    );
}

#[test]
fn servers_that_cannot_be_used_are_named_and_the_others_offered() {
    let text = yaml(CODE).replace(
        "servers:\n",
        "servers:\n  - url: http://old.mill.example\n  - url: https://eu.mill.example\n",
    );
    let found = read(&text);
    assert_eq!(
        found.bases,
        ["https://eu.mill.example", "https://api.mill.example/v1"]
    );
    assert_eq!(found.choices[0].sketch.api.base, "https://eu.mill.example");
    assert_eq!(found.refused.len(), 1);
    assert_eq!(found.refused[0].line, line_of(&text, "old.mill"));
}
