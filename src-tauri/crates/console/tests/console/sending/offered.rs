//! R8: where a payment service is not offered, from every door.

use tsunagi_console::views::SendKind;

use super::{LIVE, Shop, moves};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_r22_a_payment_service_that_is_not_offered_here_gets_nothing_from_any_door() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let (console, session) = (&shop.desk.console, shop.desk.session());
    moves(&shop.desk, "JP");
    let before = shop.till.done().len();
    let tried = shop.desk.try_in(shop.id, LIVE, "/payments/pay-1").await;
    assert_eq!(tried.unwrap_err().code, "service_not_in_country", "Try it");
    let tested = console.test_connection(session, shop.id).await.unwrap();
    let refused = tested[0].failure.as_ref().map(|failure| &*failure.code);
    assert_eq!(refused, Some("service_not_in_country"), "Test");
    let paid = shop.refused(&shop.pays("charge", 30, "USD")).await;
    assert_eq!(paid, "service_not_in_country", "Send");
    assert_eq!(shop.till.done().len(), before, "nothing went out");
    let history = shop.history(SendKind::Payment).await;
    let told = history[0].refused.as_ref().map(|failure| &*failure.code);
    assert_eq!(told, Some("service_not_in_country"), "and it is recorded");
    moves(&shop.desk, "US");
    let tried = shop.desk.try_in(shop.id, LIVE, "/payments/pay-1").await;
    assert!(tried.unwrap().ok, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_where_it_cannot_be_told_where_the_workspace_is_no_payment_is_offered() {
    let shop = Shop::open(SendKind::Payment, "test").await;
    let seat = shop.seat(SendKind::Payment).await;
    assert!(seat.refused.is_none(), "it is offered");
    let harmed = shop
        .desk
        .world
        .catalog()
        .spoil("UPDATE workspace SET id = x'00'");
    assert_eq!(harmed.unwrap(), 1);
    let seat = shop.seat(SendKind::Payment).await;
    let refused = seat.refused.expect("what cannot be told refuses");
    assert!(!refused.message.is_empty() && !refused.help.is_empty());
    let draft = shop.pays("charge", 30, "USD");
    let sent = shop.sends(&draft).await;
    assert_eq!(sent.unwrap_err().code, refused.code, "the same answer");
    assert!(shop.till.done().is_empty(), "nothing went out");
}
