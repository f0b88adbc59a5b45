//! Answers that follow from other answers: a data center from the server that answered.

use std::collections::BTreeMap;

use super::Faults;
use crate::resolve::{Values, placeable, resolve};
use crate::{Answered, Connector, ToldBy, Why};

pub(super) fn check(connector: &Connector, found: &mut Faults) {
    let answers = &connector.oauth().answers;
    for (at, answer, told) in told(answers) {
        let said = answer.at.is_some()
            || answer.host
            || answer.default.is_some()
            || answer.example.is_some();
        if said {
            found.add(&at, Why::answer_told_said(&answer.name));
        }
        if let Some(setting) = &told.setting
            && connector.parameters.iter().any(|one| one.name == *setting)
        {
            found.add(
                format!("{at}/told_by/setting"),
                Why::answer_told_setting(setting),
            );
        }
        if let Some(ends) = &told.ends
            && !connector.parameters.iter().any(|one| one.name == *ends)
        {
            found.add(format!("{at}/told_by/ends"), Why::parameter_unknown(ends));
        }
        for (other, value) in &told.values {
            // What would never be found, or could not stand in an address.
            let own = |text: &str| placeable(text).as_deref() == Some(text);
            if let Some(bad) = [other, value].into_iter().find(|text| !own(text)) {
                found.add(of_value(&at, other), Why::answer_told_value(bad));
            }
        }
        let by = answers
            .iter()
            .find(|one| one.name == told.answer && one.is_said());
        let Some(by) = by else {
            found.add(
                format!("{at}/told_by/answer"),
                Why::answer_unlisted(&told.answer),
            );
            continue;
        };
        match by.default.as_ref().or(by.example.as_ref()) {
            None => found.add(format!("{at}/told_by/answer"), Why::answer_sample(&by.name)),
            Some(first) => {
                let first = placeable(first).unwrap_or_else(|| first.clone());
                if !told.values.contains_key(&first) {
                    found.add(format!("{at}/told_by/values"), Why::answer_told_none(first));
                }
            }
        }
    }
}

/// R23: wherever an answer leads, it is within `hosts`, and not only where it leads by default.
/// For a connector that leads nowhere else by default.
pub(super) fn lead_within(connector: &Connector, parameters: &[(&str, &str)], found: &mut Faults) {
    let answers = &connector.oauth().answers;
    for (at, _, told) in told(answers) {
        for other in told.values.keys() {
            let said = BTreeMap::from([(told.answer.clone(), other.clone())]);
            let values = Values::new(parameters.iter().copied(), answers, &said);
            if let Err(fault) = resolve(connector, &values) {
                let host = fault.refusal.args.get("host").map_or("", String::as_str);
                found.add(of_value(&at, other), Why::host_unlisted(host));
            }
        }
    }
}

fn told(answers: &[Answered]) -> impl Iterator<Item = (String, &Answered, &ToldBy)> {
    answers.iter().enumerate().filter_map(|(index, answer)| {
        let told = answer.told_by.as_ref()?;
        Some((format!("/oauth/answers/{index}"), answer, told))
    })
}

/// JSON pointer (RFC 6901 §3) to what one value stands for.
fn of_value(at: &str, other: &str) -> String {
    let name = other.replace('~', "~0").replace('/', "~1");
    format!("{at}/told_by/values/{name}")
}
