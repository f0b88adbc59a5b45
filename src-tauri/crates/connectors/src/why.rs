//! Why something is no connector: a code whose words the messages have in every language, the
//! values that they name, and an English sentence for whoever writes files.

use std::collections::BTreeMap;
use std::fmt;

/// Why something is no connector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// Stable word; its sentence is the message `why.<code>`.
    pub code: &'static str,
    /// What its sentence names.
    pub args: BTreeMap<&'static str, String>,
    said: String,
}

impl Why {
    /// The same in other English words: a validator's, which know more of the value.
    pub(crate) fn saying(mut self, said: String) -> Self {
        self.said = said;
        self
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// The longest value that a sentence repeats, in characters: it may be a stranger's.
const VALUE_MAX: usize = 200;

fn named(value: impl fmt::Display) -> String {
    crate::import::text::line(&value.to_string(), VALUE_MAX)
}

macro_rules! whys {
    ($($code:ident($($arg:ident),*) = $text:literal;)+) => {
        impl Why {
            /// Each code, with the names of what its sentence names.
            pub const CODES: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($code), &[$(stringify!($arg)),*])),+];

            $(
                #[doc(hidden)]
                #[must_use]
                pub fn $code($($arg: impl fmt::Display),*) -> Self {
                    $(let $arg = named($arg);)*
                    Self {
                        code: stringify!($code),
                        said: format!($text),
                        args: BTreeMap::from([$((stringify!($arg), $arg)),*]),
                    }
                }
            )+
        }
    };
}

whys! {
    // As the schema has it.
    field_missing(field) = "`{field}` is missing";
    field_empty(field) = "`{field}` is empty";
    field_unknown(field) = "`{field}` is not a field of a connector";
    field_long(field, most) = "`{field}` is longer than {most} characters";
    field_range(field) = "`{field}` is too small or too large";
    field_choice(field) = "`{field}` is none of the values there are";
    field_type(field) = "`{field}` is not of the right type";
    field_form(field) = "`{field}` is not written as it has to be";
    field_address(field) = "`{field}` is not an address";
    field_https(field) = "`{field}` is not an https address";
    field_path(field) = "`{field}` does not begin with `/`";
    field_word(field) = "`{field}` is not a word of a-z, 0-9 and `_`, a letter first";
    field_header(field) = "`{field}` is not the name of a header";
    field_token(field) = "`{field}` does not say where the token goes: `{{token}}`";
    field_scope(field) = "`{field}` cannot be sent as a scope (RFC 6749 section 3.3)";
    list_empty(field) = "`{field}` has nothing in it";
    list_twice(field) = "`{field}` has the same thing twice";
    schema_unread() = "the connector schema could not be read";
    // Files.
    file_large(most) = "larger than {most}";
    file_not_file() = "not a file";
    file_unread(said) = "{said}";
    file_not_text() = "not UTF-8 text";
    file_name(name) = "the file must be called `{name}`";
    not_toml(fault, which, line, column, said) = "{said}";
    not_connector(fault, which, said) = "{said}";
    // Whose it is.
    id_form(id, most) = "`{id}` is no identifier: at most {most} of a-z, 0-9, `_` and `-`, a letter first";
    id_built_in(id) = "`{id}` is a built-in connector's id, or reads like one";
    id_taken(id) = "the id `{id}` is taken";
    id_published(id) = "the id of a published connector stays: `{id}`";
    text_changed() = "the text is not the one that was accepted";
    only_practice() = "only the built-in practice service may say `practice`";
    only_verified() = "only built-in connectors may say `verified`";
    only_own_client() = "a custom connector cannot use a client registration of the program";
    // What a schema cannot say.
    payment_kind() = "a payment service is offered as an admin connection only (R7)";
    payment_area() = "payments are for payment services (R7)";
    wire_built_in() = "only built-in connectors may say that the wire is unknown";
    wire_said(field) = "the wire is unknown, and `{field}` says something of it";
    wire_verified() = "what is unknown cannot have been tried";
    wire_sources() = "`notes` and `sources` say what is known where the wire is not";
    payment_only() = "only payment services say where they are offered (R8)";
    no_data_center(place) = "there is no data center `{place}`";
    no_country(place) = "`{place}` is not a country of ISO 3166-1";
    scope_separator(scope) = "scope `{scope}` contains the separator";
    scope_source(scope) = "no page is named that lists scope `{scope}`: `source`, or `scope_source` for all";
    scope_twice(scope) = "scope `{scope}` is listed twice";
    preset_twice(preset) = "preset `{preset}` is listed twice";
    preset_scope(scope) = "scope `{scope}` is not listed under `scopes`";
    openid_needs() = "scope `openid` needs `issuer` and `jwks` to check ID tokens with";
    iss_needs_issuer() = "`iss_required` needs `issuer` to compare with";
    metadata_needs_issuer() = "`metadata` needs `issuer` to compare with (RFC 8414 section 3.3)";
    parameter_twice(parameter) = "parameter `{parameter}` is listed twice";
    parameter_value(value, parameter) = "`{value}` is not a value of parameter `{parameter}`";
    parameter_sample(parameter) = "parameter `{parameter}` needs a `default` or an `example`";
    pattern_bad(fault, said) = "{said}";
    param_own(name) = "`{name}` is for the program to send";
    parameter_unknown(parameter) = "`{{{parameter}}}` is not one of the parameters";
    brace(template) = "a brace without its partner in `{template}`";
    answer_unlisted(answer) = "`{answer}` is not listed under `answers`";
    answer_here() = "what the service answers cannot stand here";
    answer_default(answer) = "`{answer}` needs a `default` here: it may not be known";
    answer_sample(answer) = "`{answer}` needs a `default` or an `example`";
    answer_told_said(answer) = "`{answer}` follows from another answer, and has nothing but its name";
    answer_told_setting(setting) = "`{setting}` is still one of the parameters: nobody is asked for what an answer tells";
    answer_told_value(value) = "`{value}` is neither an origin nor a word that can stand in an address";
    answer_told_none(value) = "what follows from `{value}` is not said, and that is what the answer is at first";
    header_not_yours(header) = "`{header}` is not for a connector to set (R23)";
    header_no_carrier(header) = "`{header}` cannot carry a credential";
    host_unlisted(host) = "host `{host}` is not listed under `hosts` (R23)";
    address_insecure() = "not an https address, nor an http one on this computer";
    way_both() = "a connector has `oauth` or `keys`, and not both";
    way_none() = "a connector has `oauth` or `keys`";
    oauth_needs_client() = "OAuth needs a client registration";
    authorize_missing() = "`authorize` is missing: where a person signs in; or `device`, for a code that is entered elsewhere";
    page_none(field) = "`{field}` is for a page that a person signs in at: `authorize` is missing";
    client_signs_in() = "with client credentials nobody signs in";
    client_own_account() = "with client credentials there is no account of a member's own";
    key_no_client() = "a key needs no client registration";
    key_no_scopes() = "the scopes of a key are not asked for";
    verify_missing() = "`verify` is missing: a key is tried before it is kept";
    key_field_twice(name) = "field `{name}` is listed twice";
    key_secret_example() = "a secret has no example";
    key_field_value(value, name) = "`{value}` is not a value of field `{name}`";
    key_field_unlisted(name) = "`{name}` is not listed under `keys.fields`";
    key_attached_twice(name) = "`{name}` is attached twice";
    key_attach_no_field() = "no field goes there: what is the same for everybody is no credential";
    key_attached_whole(name) = "`{name}` is attached as a whole as well";
    key_header_name(name) = "`{name}` is not the name of a header (RFC 9110 section 5.6.2)";
    key_header_line(name) = "the value of `{name}` is not on one line";
    key_field_name(name) = "`{name}` is not the name of a field";
    key_pointer(at) = "`{at}` is not a JSON pointer";
    key_user_colon() = "a user of Basic has no colon (RFC 7617 section 2)";
    revoke_unknown(name) = "`{name}` is not known when a token is revoked";
    key_goes_nowhere(name) = "field `{name}` goes nowhere";
    key_no_secret() = "none of the fields is a secret: a service that knows nobody needs no connection";
    key_in_address(name) = "`{name}` is a secret, and an address is no place for one";
    key_in_id(name) = "`{name}` is a secret, and an account's id is shown";
    body_needs_post() = "a body goes with POST";
    body_both() = "a body is `json` or `form`, and not both";
    key_place_taken() = "the credential goes there (R23)";
    form_needs_post() = "a form goes with POST";
    not_json_object(name) = "`{name}` is not a JSON object";
    not_pointer(at) = "`{at}` is not a JSON pointer";
    // Operations.
    operation_twice(operation) = "operation `{operation}` is listed twice";
    operation_adds(operation) = "`{operation}` gives no rows that this could add to, or this adds none";
    operation_target(target) = "`{target}` is neither a path below the API's base nor an address without a query, with values in its path only";
    operation_body() = "a body goes with POST, PUT or PATCH";
    operation_scope(scope) = "neither `{scope}` nor what may stand in its place is listed under `scopes`";
    operation_rows() = "an answer with rows says where they are: `answer.rows`";
    operation_key(input) = "`repeat` is `key` where there is an input `{input}`, and only there";
    operation_source(operation) = "no page is named that describes operation `{operation}`";
    operation_area(area) = "the connector is not offered for `{area}`";
    input_twice(input) = "input `{input}` is listed twice";
    input_name(input) = "`{input}` is what the connection knows by itself, and is not asked for";
    input_unknown(name) = "`{name}` is neither an input nor what the connection knows by itself";
    input_part(name) = "`{name}` is not a part of a value";
    input_unused(input) = "input `{input}` goes nowhere";
    input_open(input) = "`{input}` stands in the path: it is `required` or has a `default`";
    input_value(value, input) = "`{value}` is not a value of input `{input}`";
    input_kind(input, kind) = "input `{input}` is needed, of kind `{kind}`";
    logo_not_png() = "the logo is not a PNG picture";
    logo_moves() = "the logo moves: a still picture is needed";
    logo_svg() = "the logo is an SVG drawing, which can hold scripts and lead elsewhere: a PNG picture is needed";
    logo_large(most) = "the logo is larger than {most}";
    logo_size(width, height, most) = "the logo is {width} x {height} pixels: at most {most} each way";
    // Documents of others.
    document_missing(name) = "`{name}` is missing";
    document_empty() = "the document is empty";
    document_empty_part(name) = "`{name}` is empty";
    document_leads_out(reference) = "`{reference}` leads out of the document: nothing else is read";
    document_leads_nowhere(reference) = "`{reference}` leads to nothing";
    document_leads_back() = "a reference leads back to itself, or through too many others";
    document_values(most) = "more than {most} values";
    document_deep(most) = "nested deeper than {most} levels";
    not_json(fault, line, column, said) = "not JSON: {said}";
    not_yaml(fault, line, column, said) = "not YAML: {said}";
    yaml_alias() = "an alias of what it is part of";
    yaml_second() = "a second document";
    yaml_name() = "a name that is no text";
    name_twice(name) = "`{name}` stands here twice";
    swagger() = "Swagger 2.0 is not read: convert the document to OpenAPI 3";
    openapi_version(version) = "OpenAPI {version} is not read, only 3.0 and 3.1";
    schemes_none() = "there are no security schemes";
    schemes_many(most) = "more than {most} security schemes";
    address_part(address) = "`{address}` is only a part of an address: what it belongs to is not in the document";
    address_none(address) = "`{address}` is not an address";
    address_unsafe(address) = "`{address}` is not an https address, nor an http one on this computer";
    address_fragment(address) = "`{address}` has a fragment";
    address_query(address) = "`{address}` has a query";
    address_open(address) = "`{address}` cannot be completed";
    servers_missing() = "`servers` is missing: the document does not say where the API is";
    variable_unknown(name) = "variable `{name}` is not described";
    variable_same(name) = "two variables would be called `{name}`";
    variable_default(name) = "variable `{name}` has no `default`";
    variable_values(name, most) = "variable `{name}` has more than {most} values";
    variable_value(name, value) = "variable `{name}`: `{value}` is not one of its values";
    variable_pattern(fault, said) = "{said}";
    variable_https() = "https is not one of the schemes";
    scheme_mtls() = "client certificates (mutualTLS) are not supported";
    scheme_type(given) = "type `{given}` is unknown";
    scheme_http(scheme) = "HTTP scheme `{scheme}` is not supported, only basic and bearer";
    scheme_query_name() = "a parameter of the query needs a name";
    scheme_cookie() = "a key in a cookie is not supported: cookies are not for a caller to set (R23)";
    scheme_place(place) = "a key in `{place}` is not supported";
    flow_implicit() = "the implicit flow shows tokens in addresses and is not used (RFC 9700 section 2.1.2)";
    flow_password() = "the password flow takes people's passwords and is not used (RFC 9700 section 2.4)";
    flow_unknown(flow) = "flow `{flow}` is not supported";
    scope_unsendable(scope) = "scope `{scope}` cannot be sent (RFC 6749 section 3.3)";
    scopes_many(most) = "more than {most} scopes";
}

impl Why {
    /// What names the security scheme of a document that this is about, where it is about one.
    pub const SCHEME: &'static str = "of_scheme";

    /// The same, said of a security scheme of a document.
    pub(crate) fn of_scheme(mut self, scheme: &str) -> Self {
        let scheme = named(scheme);
        self.said = format!("security scheme `{scheme}`: {}", self.said);
        self.args.insert(Self::SCHEME, scheme);
        self
    }
}
