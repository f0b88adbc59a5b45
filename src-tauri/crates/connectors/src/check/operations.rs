//! What a schema cannot say about operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tsunagi_domain::hosts::may_receive;
use url::Url;

use super::keys::attach::is_pointer;
use super::sent::is_not_yours;
use super::{Faults, samples};
use crate::ask::{known_names, takes};
use crate::load::Provenance;
use crate::resolve::{Values, fill, placeholders, resolve};
use crate::{Connector, IDEMPOTENCY_KEY, InputKind, Operation, Repeat, Role, Why};

pub(super) fn check(connector: &Connector, provenance: Provenance, found: &mut Faults) {
    if connector.operations.is_empty() {
        return;
    }
    let known = known_names(connector);
    let scopes: BTreeSet<&str> = connector.scopes.iter().map(|own| &*own.name).collect();
    let mut ids = BTreeSet::new();
    for (index, operation) in connector.operations.iter().enumerate() {
        let mut of = Of {
            at: format!("/operations/{index}"),
            operation,
            found,
        };
        if !ids.insert(operation.id.as_str()) {
            of.add("/id", Why::operation_twice(&operation.id));
        }
        if provenance == Provenance::BuiltIn && operation.source.is_none() {
            of.add("/source", Why::operation_source(&operation.id));
        }
        for (index, area) in operation.areas.iter().enumerate() {
            if !connector.areas().contains(area) {
                let at = format!("/areas/{index}");
                of.add(&at, Why::operation_area(area.as_str()));
            }
        }
        of.inputs(&known);
        of.placeholders(&known);
        of.target(connector);
        of.body();
        for name in operation.headers.keys() {
            if is_not_yours(connector, name) {
                of.add("/headers", Why::header_not_yours(name));
            }
        }
        // The scopes of a key are not asked for.
        if connector.keys.is_none() {
            of.scopes(&scopes);
        }
        of.purpose();
        of.sandbox(&known);
        if let Some(rows) = &operation.adds_to {
            let mut known = connector.operations.iter();
            let there = known.any(|own| own.id == *rows && own.role == Some(Role::Rows));
            if !there || operation.role != Some(Role::Add) {
                of.add("/adds_to", Why::operation_adds(rows));
            }
        }
        of.reading();
    }
}

/// One operation under examination.
struct Of<'a> {
    at: String,
    operation: &'a Operation,
    found: &'a mut Faults,
}

impl Of<'_> {
    fn add(&mut self, at: &str, why: Why) {
        self.found.add(format!("{}{at}", self.at), why);
    }

    fn inputs(&mut self, known: &BTreeSet<String>) {
        let mut names = BTreeSet::new();
        for (index, input) in self.operation.inputs.iter().enumerate() {
            let at = format!("/inputs/{index}");
            let own = ["answer", "key"].contains(&&*input.name) || known.contains(&input.name);
            if own {
                self.add(&format!("{at}/name"), Why::input_name(&input.name));
            }
            if !names.insert(input.name.as_str()) {
                self.add(&format!("{at}/name"), Why::input_twice(&input.name));
            }
            for (field, value) in [("default", &input.default), ("example", &input.example)] {
                if let Some(value) = value
                    && !takes(input, value)
                {
                    let why = Why::input_value(value, &input.name);
                    self.add(&format!("{at}/{field}"), why);
                }
            }
            // A choice is a value too, but for amounts, whose currencies they are.
            for (index, choice) in input.choices.iter().chain(&input.whole).enumerate() {
                let good = match input.kind {
                    InputKind::Amount => crate::minor_digits(choice).is_some(),
                    _ => takes(input, &Value::from(choice.as_str())),
                };
                if !good {
                    let why = Why::input_value(choice, &input.name);
                    self.add(&format!("{at}/choices/{index}"), why);
                }
            }
        }
    }

    /// That every placeholder stands for something, and every input goes somewhere.
    fn placeholders(&mut self, known: &BTreeSet<String>) {
        let operation = self.operation;
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let mut templates = operation.templates();
        templates.push(("/target".to_owned(), operation.target.as_str()));
        for (at, template) in templates {
            let names = match placeholders(template) {
                Ok(names) => names,
                Err(why) => {
                    self.add(&at, why);
                    continue;
                }
            };
            for name in names {
                let (input, part) = match name.split_once('.') {
                    Some((input, part)) => (input, Some(part)),
                    None => (name, None),
                };
                let Some(input) = operation.input(input) else {
                    if !known.contains(name) {
                        self.add(&at, Why::input_unknown(name));
                    }
                    continue;
                };
                used.insert(&input.name);
                let (parts, bare) = input.kind.parts();
                if !part.map_or(bare, |part| parts.contains(&part)) {
                    self.add(&at, Why::input_part(name));
                }
                if at == "/target" && !input.required && input.default.is_none() {
                    self.add(&at, Why::input_open(&input.name));
                }
            }
        }
        for (index, input) in operation.inputs.iter().enumerate() {
            if !used.contains(input.name.as_str()) {
                let at = format!("/inputs/{index}");
                self.add(&at, Why::input_unused(&input.name));
            }
        }
    }

    /// R23: where it leads whatever is given.
    fn target(&mut self, connector: &Connector) {
        let target = &self.operation.target;
        let wrong = || Why::operation_target(target);
        if target.contains(['?', '#', '\\']) {
            self.add("/target", wrong());
            return;
        }
        if target.starts_with('/') {
            return;
        }
        // What is before the path is the connector's alone.
        let host = target.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let before = placeholders(&host).unwrap_or_default();
        if before
            .iter()
            .any(|name| self.operation.input(name).is_some())
        {
            self.add("/target", wrong());
            return;
        }
        let answers = &connector.oauth().answers;
        let values = Values::new(samples(connector), answers, &BTreeMap::new());
        let sample = fill(target, |name| {
            Some(values.get(name).unwrap_or("x").to_owned())
        });
        let Some(url) = sample.and_then(|text| Url::parse(&text).ok()) else {
            self.add("/target", wrong());
            return;
        };
        // Where the connector's own addresses are wrong, that is said there.
        if let Ok(resolved) = resolve(connector, &values)
            && may_receive(&url, &resolved.hosts).is_err()
        {
            let why = Why::host_unlisted(url.host_str().unwrap_or_default());
            self.add("/target", why);
        }
    }

    fn body(&mut self) {
        let operation = self.operation;
        let form = !operation.form.is_empty();
        if operation.json.is_some() && form {
            self.add("/form", Why::body_both());
        }
        if (operation.json.is_some() || form) && !operation.method.has_body() {
            self.add("/method", Why::operation_body());
        }
    }

    fn scopes(&mut self, scopes: &BTreeSet<&str>) {
        for (index, any) in self.operation.scopes.iter().enumerate() {
            let at = format!("/scopes/{index}");
            for scope in any {
                for name in placeholders(scope).unwrap_or_default() {
                    if self.operation.input(name).is_none() {
                        self.add(&at, Why::input_unknown(name));
                    }
                }
            }
            if !any.iter().any(|scope| scopes.contains(scope.as_str())) {
                let first = any.first().map_or("", String::as_str);
                self.add(&at, Why::operation_scope(first));
            }
        }
    }

    /// What its role, its paging and its repetition ask of its inputs.
    fn purpose(&mut self) {
        let operation = self.operation;
        let mut wanted: Vec<(&str, &str, &[InputKind])> = Vec::new();
        if let Some(role) = operation.role {
            for (name, kind) in role.inputs() {
                wanted.push(("/inputs", name, std::slice::from_ref(kind)));
            }
        }
        if let Some(paging) = &operation.paging {
            let kinds: &[InputKind] = match paging {
                crate::Paging::Token { .. } | crate::Paging::Header { .. } => {
                    &[InputKind::Text, InputKind::Number]
                }
                _ => &[InputKind::Number],
            };
            let inputs = paging.inputs();
            wanted.extend(inputs.map(|(_, name)| ("/paging", name, kinds)));
        }
        if let Some(since) = &operation.since {
            wanted.push(("/since", &since.input, &[InputKind::Time]));
        }
        for (at, name, kinds) in wanted {
            let input = operation.input(name);
            if !input.is_some_and(|input| kinds.contains(&input.kind)) {
                let kind = kinds.first().map_or("", |kind| kind.as_str());
                self.add(at, Why::input_kind(name, kind));
            }
        }
        let keyed = operation.repeat == Repeat::Key;
        if keyed != operation.input(IDEMPOTENCY_KEY).is_some() {
            self.add("/repeat", Why::operation_key(IDEMPOTENCY_KEY));
        }
        let lists = matches!(
            operation.role,
            Some(Role::Rows | Role::Search | Role::Modules | Role::Fields)
        );
        if (lists || operation.paging.is_some()) && operation.answer.rows.is_none() {
            self.add("/answer", Why::operation_rows());
        }
    }

    /// That one of what tells a sandbox can be known here. A file may be that of several connectors.
    fn sandbox(&mut self, known: &BTreeSet<String>) {
        let signs = &self.operation.sandbox;
        let mut told = signs.is_empty();
        for (index, sign) in signs.iter().enumerate() {
            if let Some(fault) = sign.is.fault() {
                self.add(&format!("/sandbox/{index}/is"), Why::pattern(fault));
            }
            match placeholders(&sign.of) {
                Err(why) => self.add(&format!("/sandbox/{index}/of"), why),
                Ok(names) => told |= names.iter().all(|name| known.contains(*name)),
            }
        }
        if let (false, Some(sign)) = (told, signs.first()) {
            self.add("/sandbox/0/of", Why::input_unknown(&sign.of));
        }
    }

    /// That what leads into an answer are JSON pointers.
    fn reading(&mut self) {
        let operation = self.operation;
        for (at, pointer) in operation.answer.pointers() {
            // The answer itself may be the list.
            let whole = pointer.is_empty() && at == "/rows";
            if !whole && !is_pointer(pointer) {
                self.add(&format!("/answer{at}"), Why::not_pointer(pointer));
            }
        }
        let paging = operation.paging.iter().flat_map(|own| own.pointers());
        for (at, pointer) in paging {
            if !is_pointer(pointer) {
                self.add(&format!("/paging/{at}"), Why::not_pointer(pointer));
            }
        }
        let at = operation.since.as_ref().and_then(|own| own.at.as_ref());
        if let Some(at) = at.filter(|at| !is_pointer(at)) {
            self.add("/since/at", Why::not_pointer(at));
        }
    }
}
