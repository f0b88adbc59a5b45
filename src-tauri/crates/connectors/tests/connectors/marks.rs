//! What stands for a service in lists: no mark of anybody's, only letters in a hue.

use tsunagi_connectors::Library;

/// Two services are told apart by their hues from so many degrees on.
const APART: i32 = 20;

#[test]
fn no_two_services_look_the_same() {
    let library = Library::built_in();
    let all: Vec<_> = library.all().collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            let letters = one.monogram.text.to_lowercase() == other.monogram.text.to_lowercase();
            // Two ways into one service, such as by sign-in and by key, may look alike.
            let maker = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
            if !letters || maker(&one.name) == maker(&other.name) {
                continue;
            }
            let between = (i32::from(one.monogram.hue) - i32::from(other.monogram.hue)).abs();
            assert!(
                between.min(360 - between) >= APART,
                "{} and {} are told apart by nothing but their names",
                one.id,
                other.id
            );
        }
    }
}

#[test]
fn what_a_service_is_called_besides_is_something_else() {
    for connector in Library::built_in().all() {
        for name in &connector.also {
            assert_ne!(*name, connector.name, "{}", connector.id);
            let times = connector.also.iter().filter(|other| *other == name);
            assert_eq!(times.count(), 1, "{}: {name}", connector.id);
        }
    }
}
