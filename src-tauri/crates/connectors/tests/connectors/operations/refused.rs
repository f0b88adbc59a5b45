//! Operations that cannot be, and why.

use super::super::draft_of;
use super::text;

#[test]
fn what_is_wrong_with_an_operation_is_told_with_its_line() {
    for (from, to, code) in [
        (r#"id = "list""#, r#"id = "add""#, "operation_twice"),
        (
            r#"role = "add""#,
            "role = \"add\"\nadds_to = \"nothing\"",
            "operation_adds",
        ),
        (
            "target = \"/{module}/records\"",
            "target = \"/{module}/records?x=1\"",
            "operation_target",
        ),
        (
            "https://{region}.example.com/v2/list",
            "https://{size}.example.com/v2/list",
            "operation_target",
        ),
        (
            "https://{region}.example.com/v2/list",
            "https://example.org/list",
            "host_unlisted",
        ),
        (
            "target = \"/{module}/records\"",
            "target = \"/{note}/{module}\"",
            "input_open",
        ),
        (
            "target = \"/{module}/records\"",
            "target = \"/{other}/{module}\"",
            "input_unknown",
        ),
        ("sum = \"{sum.minor}\"", "sum = \"{sum}\"", "input_part"),
        (
            "sum = \"{sum.minor}\"",
            "sum = \"{sum.cents}\"",
            "input_part",
        ),
        ("X-Note = \"{short}\"", "X-Note = \"x\"", "input_unused"),
        ("X-Once = ", "Authorization = ", "header_not_yours"),
        (
            "\"write.{module}\", \"read\"",
            "\"write.{module}\"",
            "operation_scope",
        ),
        ("method = \"POST\"", "method = \"GET\"", "operation_body"),
        ("repeat = \"key\"", "repeat = \"never\"", "operation_key"),
        ("repeat = \"safe\"", "repeat = \"key\"", "operation_key"),
        (
            "areas = [\"data_source\"]",
            "areas = [\"sms\"]",
            "operation_area",
        ),
        (
            "answer = { rows = \"/rows\" }",
            "answer = {}",
            "operation_rows",
        ),
        (
            "answer = { rows = \"/rows\" }",
            "answer = { rows = \"/rows\", message = [\"/a~2\"] }",
            "not_pointer",
        ),
        (
            "answer = { rows = \"/rows\" }",
            "answer = { rows = \"/rows\", states = { at = [\"/a\", \"/a~2\"] } }",
            "not_pointer",
        ),
        (
            "input = \"page\", size",
            "input = \"since\", size",
            "input_kind",
        ),
        (
            "since = { input = \"since\" }",
            "since = { input = \"page\" }",
            "input_kind",
        ),
        ("role = \"add\"", "role = \"message\"", "input_kind"),
        ("example = \"Leads\"", "example = 7", "input_value"),
        ("default = 2", "default = 200", "input_value"),
        ("choices = [\"USD\"", "choices = [\"USDT\"", "input_value"),
        ("name = \"short\"", "name = \"note\"", "input_twice"),
        ("name = \"short\"", "name = \"region\"", "input_name"),
        ("note = \"{note}\",", "note = \"{note\",", "brace"),
        (
            "by = \"page\", input = \"page\"",
            "by = \"page\"",
            "field_missing",
        ),
        (
            "by = \"page\", input",
            "by = \"magic\", input",
            "field_choice",
        ),
        (
            "by = \"page\", input = \"page\", size = \"size\"",
            "by = \"header\", input = \"page\"",
            "field_missing",
        ),
        (
            "by = \"page\", input = \"page\"",
            "by = \"page\", name = \"x\", input = \"page\"",
            "field_form",
        ),
    ] {
        let good = text();
        assert!(good.contains(from), "{from}");
        let changed = good.replacen(from, to, 1);
        let outcome = draft_of("example.toml", changed.as_bytes()).outcome;
        let problem = outcome.expect_err(to);
        assert_eq!(problem.why.code, code, "{to}: {problem}");
        assert!(
            problem.line.is_some_and(|line| line > 35),
            "{to}: {problem}"
        );
    }
}
