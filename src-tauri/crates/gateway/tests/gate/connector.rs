//! The connectors of the tests.

use tsunagi_connectors::Library;

fn accepted(toml: String) -> Library {
    let hash = tsunagi_connectors::hash(toml.as_bytes());
    let (library, problems) = Library::default().with_accepted(&[(toml, hash)]);
    assert_eq!(problems, [], "the connector of the tests loads");
    library
}

/// A connector file of the server at `origin`.
pub(crate) fn connector(
    origin: &str,
    api: &str,
    hosts: &[String],
    [top, oauth, further]: [&str; 3],
) -> Library {
    let hosts = if hosts.is_empty() {
        vec![origin.to_owned()]
    } else {
        hosts.to_vec()
    };
    // A client that authorizes itself has no page.
    let (page, personal) = if oauth.contains("client_credentials") {
        (String::new(), "")
    } else {
        let page = format!("authorize = \"{origin}/authorize\"");
        (page, ", \"logged_in_user\"")
    };
    let toml = format!(
        r#"id = "marked"
name = "Marked server"
category = "work"
kinds = ["system", "admin"{personal}]
hosts = {hosts:?}
registration = "needs_client"
{top}

[description]
en = "A server of the tests."
ja = "テスト用のサーバーです。"

[monogram]
text = "Ma"
hue = 200

[oauth]
{page}
token = "{origin}/token"
rotates = true
{oauth}

[api]
base = "{api}"
{further}

[whoami]
url = "{origin}/api/me"
id = "/id"

[[scopes]]
name = "files.read"
about = {{ en = "Read files", ja = "ファイルの読み取り" }}
default = true
"#
    );
    accepted(toml)
}

/// A connector `id` of the server at `origin` with a key in place of OAuth. `attach` says where
/// each request carries the key; `rest` is what the test is about: how the service is asked
/// whether the key is good, and its errors.
pub(crate) fn typed(id: &str, origin: &str, attach: &str, rest: &str) -> Library {
    accepted(format!(
        r#"id = "{id}"
name = "Typed"
category = "work"
kinds = ["admin"]
hosts = ["{origin}"]

[description]
en = "A server of the tests."
ja = "テスト用のサーバーです。"

[monogram]
text = "Ty"
hue = 200

[[keys.fields]]
name = "key"
label = {{ en = "Key", ja = "キー" }}

[[keys.attach]]
{attach}

[api]
base = "{origin}/api"
{rest}"#
    ))
}
