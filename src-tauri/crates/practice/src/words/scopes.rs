//! The scopes of the wires, in words.

use super::Language;

/// Scope, in English, in Japanese. None needs escaping.
const SAID: [[&str; 3]; 13] = [
    [
        "AaaServer.profile.READ",
        "See the name and the e-mail address of the account",
        "アカウントの名前とメールアドレスを見る",
    ],
    [
        "ZohoRecruit.users.READ",
        "See who signs in",
        "サインインした人を知る",
    ],
    [
        "ZohoRecruit.modules.ALL",
        "Read and add all practice candidates",
        "練習用の候補者をすべて読み取り、追加する",
    ],
    [
        "ZohoRecruit.modules.candidate.READ",
        "Read the practice candidates",
        "練習用の候補者を読む",
    ],
    [
        "ZohoRecruit.modules.candidate.CREATE",
        "Add practice candidates",
        "練習用の候補者を追加する",
    ],
    [
        "ZohoRecruit.modules.candidate.ALL",
        "Read and add practice candidates",
        "練習用の候補者を読み取り、追加する",
    ],
    [
        "ZohoRecruit.search.READ",
        "Search the practice candidates",
        "練習用の候補者を検索する",
    ],
    [
        "ZohoCliq.Channels.READ",
        "Read the practice channels",
        "練習用のチャンネルを読む",
    ],
    [
        "ZohoCliq.Webhooks.CREATE",
        "Post practice messages as you",
        "あなたとして練習用のメッセージを投稿する",
    ],
    [
        "api",
        "Read and change the practice customers",
        "練習用の顧客を読み取り、変更する",
    ],
    [
        "refresh_token",
        "Stay connected while you are away, until you revoke it",
        "取り消すまで、不在のあいだも接続を保つ",
    ],
    [
        "id",
        "See the name and the e-mail address of the account",
        "アカウントの名前とメールアドレスを見る",
    ],
    [
        "full",
        "Do everything with the practice customers",
        "練習用の顧客に対してすべての操作をする",
    ],
];

/// A scope of a wire in words; an unknown one has none.
pub(super) fn said(language: Language, scope: &str) -> Option<&'static str> {
    let [_, english, japanese] = SAID.iter().find(|[known, ..]| *known == scope)?;
    Some(match language {
        Language::English => english,
        Language::Japanese => japanese,
    })
}
