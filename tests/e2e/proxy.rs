//! R23 and the sign-in page: with a proxy in the environment, this computer's own addresses are
//! still asked for directly, by the page and by the program.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::{App, Recorder, Trial};

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_on_this_computer_never_meets_the_proxy() {
    let trial = Trial::begin("proxy").await;
    let desk = Desk::open();
    let proxy = Recorder::start().await;
    let envs = [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ];
    let mut options = Options::default();
    for name in envs {
        options.envs.push((name.into(), proxy.origin()));
    }
    for name in ["no_proxy", "NO_PROXY"] {
        options.envs.push((name.into(), String::new()));
    }
    let app = App::start(&trial, options).await;
    steps::start_with_practice(app.page()).await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    steps::connections(app.page()).await;
    steps::connected_everywhere(app.page(), "aiko@practice.example").await;
    assert_eq!(proxy.seen(), [], "not one request of it went astray");
}
