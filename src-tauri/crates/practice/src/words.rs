//! What the pages say, in English and Japanese.

mod scopes;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    /// The language to answer in: the first of `ui_locales` (OpenID Connect Core 1.0 section
    /// 3.1.2.1) that there is, else the weightiest of `Accept-Language` (RFC 9110 section
    /// 12.5.4), else English.
    pub(crate) fn choose(ui_locales: Option<&str>, accept: Option<&str>) -> Self {
        let wished = ui_locales
            .into_iter()
            .flat_map(str::split_ascii_whitespace)
            .find_map(Self::of_tag);
        wished
            .or_else(|| Self::weightiest(accept?))
            .unwrap_or(Self::English)
    }

    fn weightiest(accept: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in accept.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let Some(language) = pieces.next().and_then(Self::of_tag) else {
                continue;
            };
            let weight = pieces
                .find_map(|piece| piece.strip_prefix("q="))
                .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("ja") {
            Some(Self::Japanese)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    /// The BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// A scope in words; an unknown one has none.
    pub(crate) fn scope(self, scope: &str) -> Option<&'static str> {
        self.words()
            .scope(scope)
            .or_else(|| scopes::said(self, scope))
    }

    /// The words of this language.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }
}

/// Every sentence of the pages. None needs escaping.
pub(crate) struct Words {
    pub(crate) service: &'static str,
    pub(crate) marked: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) choose_more: &'static str,
    pub(crate) suggested: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) consent: &'static str,
    pub(crate) able: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) deny: &'static str,
    pub(crate) other_account: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) again: &'static str,
    pub(crate) about: &'static str,
    pub(crate) about_more: &'static str,
    pub(crate) about_accounts: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) candidates: &'static str,
    pub(crate) texts: &'static str,
    pub(crate) orders: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) pay: &'static str,
    pub(crate) pay_more: &'static str,
    pub(crate) pay_approve: &'static str,
    pub(crate) pay_decline: &'static str,
    pub(crate) pay_refuse: &'static str,
    pub(crate) pay_hold: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) paid_more: &'static str,
    pub(crate) declined_more: &'static str,
    pub(crate) refused_more: &'static str,
    pub(crate) held_more: &'static str,
    pub(crate) unpaid: &'static str,
    pub(crate) order_gone: &'static str,
    pub(crate) device: &'static str,
    pub(crate) device_more: &'static str,
    pub(crate) device_code: &'static str,
    pub(crate) device_next: &'static str,
    pub(crate) device_compare: &'static str,
    pub(crate) device_allowed: &'static str,
    pub(crate) device_denied: &'static str,
    pub(crate) device_close: &'static str,
    scopes: [&'static str; 6],
    whys: [&'static str; 7],
}

/// Why a page can only say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    UnknownClient,
    BadRedirect,
    TicketGone,
    NotThisPage,
    Failed,
    WrongCode,
    TooManyTries,
}

impl Words {
    /// A scope of the practice service itself in words; an unknown one has none.
    fn scope(&self, scope: &str) -> Option<&'static str> {
        let at = crate::SCOPES.iter().position(|known| *known == scope)?;
        self.scopes.get(at).copied()
    }

    pub(crate) const fn why(&self, why: Why) -> &'static str {
        let [client, redirect, ticket, page, failed, code, tries] = self.whys;
        match why {
            Why::UnknownClient => client,
            Why::BadRedirect => redirect,
            Why::TicketGone => ticket,
            Why::NotThisPage => page,
            Why::Failed => failed,
            Why::WrongCode => code,
            Why::TooManyTries => tries,
        }
    }
}

static ENGLISH: Words = Words {
    service: "Practice service",
    marked: "Practice service: runs on this computer, nothing leaves it",
    choose: "Choose an account",
    choose_more: "Tsunagi asks to use one of these practice accounts. There is no password.",
    suggested: "suggested",
    cancel: "Cancel",
    consent: "Allow Tsunagi to use this account?",
    able: "Tsunagi will be able to",
    allow: "Allow",
    deny: "Deny",
    other_account: "Use another account",
    nothing: "Nothing was authorized",
    again: "Close this window and authorize again from Tsunagi.",
    about: "This is the practice service",
    about_more: "It lets you try connections without an account anywhere: sign in, allow, use, \
        revoke, begin again. Its contacts, candidates and customers are made up, and it is here \
        only while a practice connection exists. There is nothing to do on this page.",
    about_accounts: "Accounts to sign in with",
    messages: "Messages that were posted to Practice Cliq",
    candidates: "Candidates that were added to Practice Recruit",
    texts: "Text messages that were sent with Practice Twilio",
    orders: "Payments that were created with Practice PayPal",
    keys: "What to type in where a service asks for a key",
    pay: "Pay this order?",
    pay_more: "Nobody is charged. The practice service only notes what you choose.",
    pay_approve: "Approve",
    pay_decline: "Approve with a card that the bank declines",
    pay_refuse: "Approve, and the order is completed with a declined capture",
    pay_hold: "Approve, and the order is completed with a pending capture",
    paid: "Approved",
    paid_more: "Nothing is paid yet: capture the payment in Tsunagi. You can close this window.",
    declined_more: "When the payment is captured in Tsunagi, the bank will decline it. Open the same \
        address again to choose otherwise.",
    refused_more: "When the payment is captured in Tsunagi, the order is completed and its capture is \
        declined: nothing is paid. You can close this window.",
    held_more: "When the payment is captured in Tsunagi, the order is completed and its capture is \
        pending: nothing is paid yet. You can close this window.",
    unpaid: "Not approved",
    order_gone: "There is no such order, or it was captured already. Look the payment up in Tsunagi.",
    device: "Enter the code",
    device_more: "Tsunagi shows a code of eight letters. Only enter a code that you asked for \
        yourself a moment ago.",
    device_code: "Code",
    device_next: "Continue",
    device_compare: "Allow only if Tsunagi shows exactly this code:",
    device_allowed: "Allowed",
    device_denied: "Not allowed",
    device_close: "You can close this window and go back to Tsunagi.",
    scopes: [
        "Tell which account this is",
        "See the name of the account",
        "See its e-mail address",
        "Stay connected while you are away, until you revoke it",
        "Read the practice contacts",
        "Add practice contacts",
    ],
    whys: [
        "The request came from a client this service does not know.",
        "The request names a redirect address this service does not answer to.",
        "This sign-in is more than ten minutes old, or was answered before.",
        "The answer did not come from this service's own page.",
        "The practice service could not store the answer on this computer.",
        "This code is not known, has ended, or was answered before. Compare it with the one that \
            Tsunagi shows, and enter it again.",
        "Too many wrong codes. Wait a minute, then enter the code that Tsunagi shows.",
    ],
};

static JAPANESE: Words = Words {
    service: "練習サービス",
    marked: "練習サービス: このコンピューターの中だけで動き、外には何も送りません",
    choose: "アカウントを選ぶ",
    choose_more: "Tsunagi が練習用アカウントの利用を求めています。パスワードはありません。",
    suggested: "候補",
    cancel: "キャンセル",
    consent: "このアカウントの利用を許可しますか",
    able: "Tsunagi ができるようになること",
    allow: "許可",
    deny: "拒否",
    other_account: "別のアカウントを使う",
    nothing: "何も認証されませんでした",
    again: "このウィンドウを閉じて、Tsunagi からもう一度認証してください。",
    about: "これは練習サービスです",
    about_more: "どこにもアカウントを作らずに、外部連携を試せます。サインイン、許可、利用、取り消しを\
        何度でもやり直せます。連絡先、候補者、顧客は架空のもので、練習用の外部連携があるあいだだけ動きます。\
        このページですることはありません。",
    about_accounts: "サインインできるアカウント",
    messages: "練習用 Cliq に投稿されたメッセージ",
    candidates: "練習用 Recruit に追加された候補者",
    texts: "練習用 Twilio で送信された SMS",
    orders: "練習用 PayPal で作成された支払い",
    keys: "キーを求められたときに入力するもの",
    pay: "この注文を支払いますか",
    pay_more: "実際の請求はありません。練習サービスが、選んだ結果を記録するだけです。",
    pay_approve: "承認",
    pay_decline: "銀行に断られるカードで承認",
    pay_refuse: "承認（注文は完了し、売上確定は拒否される）",
    pay_hold: "承認（注文は完了し、売上確定は保留になる）",
    paid: "承認しました",
    paid_more: "まだ支払われていません。Tsunagi で支払いを確定してください。このウィンドウは閉じてかまいません。",
    declined_more: "Tsunagi で支払いを確定すると、銀行に断られます。選び直すには、同じアドレスをもう一度開いてください。",
    refused_more: "Tsunagi で支払いを確定すると、注文は完了しますが売上確定は拒否され、支払いは行われません。このウィンドウは閉じてかまいません。",
    held_more: "Tsunagi で支払いを確定すると、注文は完了しますが売上確定は保留となり、まだ支払われません。このウィンドウは閉じてかまいません。",
    unpaid: "承認していません",
    order_gone: "この注文は存在しないか、すでに確定されています。Tsunagi で支払いを確認してください。",
    device: "コードの入力",
    device_more: "Tsunagi に 8 文字のコードが表示されています。たった今ご自分で求めたコードだけを\
        入力してください。",
    device_code: "コード",
    device_next: "続ける",
    device_compare: "Tsunagi にこれと同じコードが表示されている場合だけ、許可してください。",
    device_allowed: "許可しました",
    device_denied: "許可しませんでした",
    device_close: "このウィンドウを閉じて、Tsunagi に戻ってください。",
    scopes: [
        "どのアカウントかを知る",
        "アカウントの名前を見る",
        "メールアドレスを見る",
        "取り消すまで、不在のあいだも接続を保つ",
        "練習用の連絡先を読む",
        "練習用の連絡先を追加する",
    ],
    whys: [
        "このサービスの知らないクライアントからの要求でした。",
        "要求のリダイレクト先は、このサービスが応答する形ではありません。",
        "このサインインは 10 分以上前のものか、すでに回答済みです。",
        "回答がこのサービス自身のページから送られたものではありません。",
        "練習サービスが、このコンピューターに回答を保存できませんでした。",
        "このコードは存在しないか、期限が切れたか、すでに回答済みです。Tsunagi に表示されている\
            コードと見比べて、もう一度入力してください。",
        "間違ったコードが続きました。1 分待ってから、Tsunagi に表示されているコードを入力して\
            ください。",
    ],
};

#[cfg(test)]
mod tests;
