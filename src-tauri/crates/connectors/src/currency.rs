//! Currencies and their minor units: ISO 4217, list one
//! (<https://www.six-group.com/en/products-services/financial-information/data-standards.html>).

/// Codes of currencies whose minor unit is the hundredth.
const HUNDREDTHS: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP",
    "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
    "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD",
    "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR",
    "ZMW", "ZWG",
];

/// Codes of currencies without one.
const NONE: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];

/// Codes of currencies whose minor unit is the thousandth.
const THOUSANDTHS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// How many digits the minor unit of a currency has behind the point; `None` for what is none of the
/// currencies that one can pay with.
#[must_use]
pub fn minor_digits(currency: &str) -> Option<u32> {
    if HUNDREDTHS.binary_search(&currency).is_ok() {
        Some(2)
    } else if NONE.binary_search(&currency).is_ok() {
        Some(0)
    } else if THOUSANDTHS.binary_search(&currency).is_ok() {
        Some(3)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{HUNDREDTHS, NONE, THOUSANDTHS, minor_digits};

    #[test]
    fn every_list_is_sorted_so_that_codes_are_found() {
        for list in [HUNDREDTHS, NONE, THOUSANDTHS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn minor_units_are_those_of_iso_4217() {
        for (code, digits) in [
            ("USD", Some(2)),
            ("JPY", Some(0)),
            ("KWD", Some(3)),
            ("HUF", Some(2)),
            ("usd", None),
            ("XXX", None),
            ("", None),
        ] {
            assert_eq!(minor_digits(code), digits, "{code}");
        }
    }
}
