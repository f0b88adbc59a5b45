//! Amounts of PayPal: <https://developer.paypal.com/reference/currency-codes>, with the words of
//! <https://github.com/paypal/paypal-rest-api-specifications/blob/main/openapi/checkout_orders_v2.json>.

use serde_json::Value;

use super::paypal::Sorry;

/// The currencies that PayPal takes.
const CURRENCIES: [&str; 24] = [
    "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "ILS", "JPY", "MYR", "MXN",
    "TWD", "NZD", "NOK", "PHP", "PLN", "GBP", "SGD", "SEK", "CHF", "THB", "USD",
];
/// Those of which it takes no parts.
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];

/// The most characters of an amount.
const LONGEST: usize = 32;

/// Currency and value of an `amount`, where they can be charged.
pub(super) fn amount(amount: &Value, at: &str) -> Result<(String, String), Sorry> {
    let text = |name: &str| {
        let found = amount.get(name).and_then(Value::as_str);
        found.ok_or_else(|| {
            Sorry::request(
                "MISSING_REQUIRED_PARAMETER",
                "A required field / parameter is missing.",
            )
            .at(&format!("{at}/{name}"), None)
        })
    };
    let (currency, value) = (text("currency_code")?, text("value")?);
    let field = format!("{at}/value");
    let about = |sorry: Sorry| Err(sorry.at(&field, Some(value)));
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, parts) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let sound = all(whole)
        && all(parts)
        && (!parts.is_empty() || !digits.contains('.') && !whole.is_empty())
        && value.len() <= LONGEST;
    if !sound {
        return about(Sorry::request(
            "INVALID_PARAMETER_SYNTAX",
            "The value of a field does not conform to the expected format.",
        ));
    }
    if !CURRENCIES.contains(&currency) {
        // The name of the issue is one of <https://developer.paypal.com/api/errors/overview/>; its
        // words, which no page says, are ours.
        return Err(
            Sorry::unprocessable("CURRENCY_NOT_SUPPORTED", "Currency code not supported.")
                .at(&format!("{at}/currency_code"), Some(currency)),
        );
    }
    if value.starts_with('-') || !digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        return about(Sorry::unprocessable(
            "CANNOT_BE_ZERO_OR_NEGATIVE",
            "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.",
        ));
    }
    if WHOLE.contains(&currency) && !parts.is_empty() {
        return about(Sorry::unprocessable(
            "DECIMALS_NOT_SUPPORTED",
            "Currency does not support decimals. Please refer to https://developer.paypal.com/docs/api/reference/currency-codes/ for more information.",
        ));
    }
    if parts.len() > 2 {
        return about(Sorry::unprocessable(
            "DECIMAL_PRECISION",
            "If the currency supports decimals, only two decimal place precision is supported.",
        ));
    }
    Ok((currency.to_owned(), value.to_owned()))
}
