//! OpenAPI documents that are refused, by line and reason.

use super::{CODE, HEAD, line_of, read, refused, yaml};

#[test]
fn a_bad_document_is_refused_by_name_line_and_reason() {
    let good = yaml(CODE);
    let cases = [
        ("openapi: 3.0.3", "swagger: '2.0'", "Swagger 2.0"),
        ("openapi: 3.0.3", "openapi: 4.0.0", "OpenAPI 4.0.0"),
        (
            "  - url: https://api.mill.example/v1/",
            "  - url: /v1",
            "only a part of an address",
        ),
        (
            "  - url: https://api.mill.example/v1/",
            "  - url: http://api.mill.example/v1",
            "not an https address",
        ),
        (
            "  - url: https://api.mill.example/v1/",
            "  - url: https://{x}.mill.example",
            "`x` is not described",
        ),
        (
            "          tokenUrl: https://login.mill.example/token",
            "          tokenUrl: http://login.mill.example/token",
            "not an https address",
        ),
        (
            "          tokenUrl: https://login.mill.example/token",
            "          tokenUrl: https://me:secret@login.mill.example/token",
            "not an https address",
        ),
        (
            "          authorizationUrl: https://login.mill.example/authorize",
            "          authorizationUrl: 'javascript:alert(1)'",
            "not an https address",
        ),
        (
            "            read: Read paper",
            "            'read all': Read paper",
            "cannot be sent",
        ),
        (
            "      type: oauth2",
            "      type: magic",
            "`magic` is unknown",
        ),
        (
            "      type: oauth2",
            "      $ref: 'other.yaml#/x'",
            "leads out of the document",
        ),
        (
            "      type: oauth2",
            "      $ref: '#/nowhere'",
            "leads to nothing",
        ),
        (
            "      type: oauth2",
            "      $ref: '#/components/securitySchemes/signin'",
            "leads back to itself",
        ),
        (
            "      type: oauth2",
            "      type: oauth2\n      type: http",
            "twice",
        ),
    ];
    for (from, to, reason) in cases {
        let bad = good.replace(from, to);
        assert_ne!(bad, good, "{from}");
        let problem = refused(&bad);
        assert_eq!(problem.file, "mill.yaml");
        assert!(problem.why.to_string().contains(reason), "{to}: {problem}");
        let told = problem.line.unwrap_or_else(|| panic!("{to}: {problem}"));
        let there = line_of(&bad, to.lines().last().unwrap_or_default()).unwrap();
        assert!(
            told.abs_diff(there) <= 1,
            "{to} stands on line {there}: {problem}"
        );
    }
}

#[test]
fn what_is_missing_is_said() {
    for (cut, reason) in [
        (
            "          tokenUrl: https://login.mill.example/token\n",
            "`tokenUrl` is missing",
        ),
        ("  title: Paper Mill\n", "`title` is missing"),
        (
            "servers:\n  - url: https://api.mill.example/v1/\n",
            "`servers` is missing",
        ),
    ] {
        let bad = yaml(CODE).replace(cut, "");
        let problem = refused(&bad);
        assert!(problem.why.to_string().contains(reason), "{problem}");
    }
    for (text, reason) in [
        (HEAD.to_owned(), "securitySchemes"),
        (yaml("    {}\n"), "no security schemes"),
        (String::new(), "empty"),
        ("just text".to_owned(), "`openapi` is missing"),
        ("{\"openapi\": }".to_owned(), "not JSON"),
        ("a: [1\nb: 2".to_owned(), "not YAML"),
    ] {
        let problem = refused(&text);
        assert!(
            problem.why.to_string().contains(reason),
            "{text}: {problem}"
        );
    }
}

#[test]
fn references_that_chase_each_other_end() {
    let text = yaml(
        "    one: { $ref: '#/components/securitySchemes/two' }\n    two: { $ref: '#/components/securitySchemes/one' }\n",
    );
    assert!(refused(&text).why.to_string().contains("back to itself"));
}

#[test]
fn a_document_that_is_too_large_or_too_deep_is_not_read() {
    let large = format!("{HEAD}x: '{}'\n", "y".repeat(9 * 1024 * 1024));
    assert!(
        refused(&large)
            .why
            .to_string()
            .contains("larger than 8 MiB")
    );
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let json = format!("{{\"openapi\": {deep}}}");
    let problem = refused(&json);
    assert!(
        problem.why.to_string().contains("nested deeper")
            || problem.why.to_string().contains("recursion"),
        "{problem}"
    );
    let problem = refused(&format!("openapi: {deep}"));
    assert!(
        problem.why.to_string().contains("nested deeper")
            || problem.why.to_string().contains("not YAML"),
        "{problem}"
    );
}

#[test]
fn aliases_share_and_never_grow() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..30 {
        let before = n - 1;
        let ten = vec![format!("*a{before}"); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{ten}]\n"));
    }
    let text = yaml("    k: { type: http, scheme: basic }\n") + &bomb;
    assert_eq!(
        read(&text).choices.len(),
        1,
        "read in no time and no memory"
    );
}
