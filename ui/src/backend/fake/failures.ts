// What the fake program refuses with. The real one takes these from the shared messages.
import type { Failure, Locale } from "../bindings";

const FAILURES = {
  country_needed: ["{service} is offered in some countries only, and the workspace does not say which one it is in.", "Ask a super admin to choose the country in Settings.", "{service} は一部の国だけで提供されていますが、ワークスペースの国が設定されていません。", "スーパー管理者に、設定で国を選ぶよう依頼してください。"],
  service_not_in_country: ["{service} is not offered in the workspace’s country ({country}).", "Choose another payment service. A super admin can change the country in Settings.", "{service} はワークスペースの国 ({country}) では提供されていません。", "別の決済サービスを選んでください。国はスーパー管理者が設定で変更できます。"],
  catalog_damaged: ["The file catalog.sqlite cannot be read: it is damaged or not a catalog. It was left untouched.", "Restore a backup, or set the file aside and start anew. It is never deleted. Where Tsunagi still runs, start it again: both are offered then.", "ファイル catalog.sqlite を読み取れません。壊れているか、カタログではありません。変更していません。", "バックアップから復元するか、ファイルを退避して新しく始めてください。ファイルは削除しません。Tsunagi が動いている場合は、再起動すると選べます。"],
  connection_unknown: ["There is no such connection.", "It may have been deleted. Go back to the list.", "この外部連携はありません。", "削除された可能性があります。一覧に戻ってください。"],
  connector_unknown: ["There is no such service.", "Choose one of the gallery.", "このサービスはありません。", "一覧から選んでください。"],
  connector_file: ["kura_archive.toml was not read: line 14 is not a host.", "Mend the file; the other services work.", "kura_archive.toml を読み込めません。14行目がホスト名ではありません。", "ファイルを直してください。ほかのサービスは使えます。"],
  keyring_locked: ["The keyring is locked, so credentials cannot be opened.", "Unlock it in your desktop's key manager, then press Unlock.", "キーリングがロックされているため、認証情報を開けません。", "デスクトップの鍵管理でロックを解除してから、「ロックを解除」を押してください。"],
  member_unknown: ["There is no such member.", "They may have been removed. Look at the list.", "このメンバーはいません。", "一覧を確認してください。"],
  member_name_taken: ["Another member is already called that.", "Choose a name that tells the two apart where they sign in.", "同じ名前のメンバーがすでにいます。", "サインインのときに見分けられる名前にしてください。"],
  member_passphrase_wrong: ["That is not the passphrase. Tries left before a delay: 4.", "Type it again. Mind Caps Lock and the keyboard’s language.", "パスフレーズが違います。待ち時間なしで試せるのは、あと4回です。", "もう一度入力してください。Caps Lock と入力言語に注意してください。"],
  passphrase_wait: ["Too many wrong passphrases. The next try is possible in 30 seconds.", "Wait, then type it again.", "パスフレーズを続けて間違えました。30秒後にもう一度試せます。", "待ってから、もう一度入力してください。"],
  passphrase_short: ["The passphrase has fewer than 8 characters.", "Use at least 8.", "パスフレーズが8文字未満です。", "8文字以上にしてください。"],
  recovery_code_mistyped: ["The recovery code has a typing mistake.", "Compare it with your paper and type it again.", "リカバリーコードに入力の誤りがあります。", "控えと見比べて、もう一度入力してください。"],
  recovery_code_unconfirmed: ["That is not the last group of the code that was shown.", "Compare it with what you wrote down and type it again. The code counts only once it is confirmed.", "表示されたコードの最後のグループと一致しません。", "書き留めたものと見比べて、もう一度入力してください。コードは確認するまで有効になりません。"],
  passphrase_wrong: ["This is not the passphrase of the workspace.", "Nothing was changed. Try again.", "パスフレーズが違います。", "何も変わっていません。もう一度入力してください。"],
  name_empty: ["The name is empty.", "Give it a name of up to 50 characters.", "名前が空です。", "50文字以内の名前を付けてください。"],
  name_too_long: ["The name has more than 50 characters.", "Shorten it.", "名前が50文字を超えています。", "短くしてください。"],
  link_name_invalid: ["A link name has small letters, digits and underscores, and begins with a letter.", "For example lead_intake.", "リンク名は英小文字で始まり、英小文字、数字、下線だけを使います。", "例: lead_intake"],
  link_name_taken: ["Another connection has this link name.", "Choose another one.", "このリンク名はほかの外部連携で使われています。", "別の名前にしてください。"],
  not_connected: ["Not connected: this environment has no working authorization.", "Authorize it, then send again.", "未接続です。この環境には有効な認証がありません。", "認証してから、もう一度送ってください。"],
  disabled: ["The connection is disabled.", "Enable it, then send again.", "この外部連携は無効です。", "有効にしてから、もう一度送ってください。"],
  host_not_listed: ["The connector does not list this host, so no credential was sent to it.", "Use a path of the service's own API.", "コネクタにないホストのため、認証情報を送りませんでした。", "サービスの API のパスを使ってください。"],
  undo_overtaken: ["Customer lookup has changed since. Nothing was taken back.", "Look at what is there by now, and edit it: what that does is shown first.", "「顧客検索」はその後に変更されました。元に戻していません。", "今の内容を確認してから編集してください。編集の影響は先に表示されます。"],
  still_used: ["2 places use this connection.", "Remove them there first: Morning digest (Tasks), Overdue reminder (Tasks).", "この外部連携は2か所で使われています。", "先に使用をやめてください: 朝のまとめ(タスク)、期限切れの通知(タスク)。"],
  key_malformed: ["“Account SID” does not look like what the service gives out.", "Copy it again, whole and without anything around it.", "「Account SID」の形式が、サービスの発行するものと異なります。", "前後に余分な文字を含めずに、全体をもう一度コピーしてください。"],
  key_refused: ["api.twilio.com does not accept it.", "Nothing was stored. Check what you typed, and that it is still valid at the service.", "api.twilio.com で受け付けられませんでした。", "何も保存していません。入力した内容と、サービス側でまだ有効かどうかを確認してください。"],
  flow_unknown: ["This sign-in has ended.", "Begin again from the connection.", "このサインインは終わっています。", "外部連携からやり直してください。"],
  sign_in_open: ["The sign-in page of Practice service is open as aiko@practice.example, so nothing was cleared.", "Finish or cancel that sign-in, then clear again.", "練習サービスのサインイン画面が aiko@practice.example で開いているため、何も消去していません。", "そのサインインを終えるか取り消してから、もう一度消去してください。"],
  paste_not_an_answer: ["This is not the address the sign-in ended on.", "Copy the whole address from the browser's address bar; it contains code= and state=.", "サインイン完了時のアドレスではありません。", "ブラウザーのアドレス欄から、code= と state= を含む全体をコピーしてください。"],
  log_broken: ["Entry 28 of the log was changed after it was written.", "Somebody changed the catalog file from outside. Keep a copy of it, and look at backups from before.", "ログの28件目が、書かれた後に変えられています。", "カタログのファイルが外から書き換えられています。写しを取っておき、それより前のバックアップを確かめてください。"],
  backup_damaged: ["{path} is damaged or cut off, so nothing was restored.", "Copy the backup to this computer again, or take another one. The file stays where it is.", "{path} は壊れているか途中で切れているため、何も復元していません。", "バックアップをもう一度コピーするか、別のものを使ってください。ファイルはそのままです。"],
  not_a_backup: ["{path} is not a backup of Tsunagi.", "Choose a file that was made under Settings, Back up. Its name ends in .age.", "{path} は Tsunagi のバックアップではありません。", "設定の「バックアップ」で作ったファイルを選んでください。名前は .age で終わります。"],
  backup_passphrase_wrong: ["This passphrase does not open {path}: it is another one, or the file’s first lines are damaged.", "Type the one that was chosen when the backup was made; mind Caps Lock and the keyboard’s language. If it is surely right, copy the backup to this computer again, or take another one.", "このパスフレーズでは {path} を開けません。パスフレーズが違うか、ファイルの先頭が壊れています。", "バックアップを作ったときのパスフレーズを入力してください。Caps Lock と入力言語に注意してください。間違いなければ、バックアップをもう一度コピーするか、別のものを使ってください。"],
  role_not_allowed: ["Your role does not allow this.", "Ask a super admin, an admin or a developer to do it.", "あなたの役割ではこの操作はできません。", "スーパー管理者、管理者、開発者のいずれかに依頼してください。"],
  no_primary: ["Nobody is primary there, so unattended runs stop.", "An admin chooses their account as primary.", "プライマリアカウントがないため、無人の実行は止まります。", "管理者が自分のアカウントをプライマリにしてください。"],
  application_unknown: ["There is no such application.", "It may have been deleted. Go back to the list.", "このアプリケーションはありません。", "削除された可能性があります。一覧に戻ってください。"],
  application_not_shared: ["This application is not shared with you.", "Ask a super admin, an admin or a developer to share it.", "このアプリケーションはあなたと共有されていません。", "スーパー管理者、管理者、開発者のいずれかに共有を依頼してください。"],
  application_no_access: ["The application may not use this connection.", "A manager can grant it access.", "このアプリケーションはこの外部連携を使えません。", "管理できるメンバーが使用を許可できます。"],
  edition_too_old: ["C5 applications have no logged-in-user connections.", "Use an admin connection, or change the application to C6.", "C5のアプリケーションでは、ログインユーザーの接続は使えません。", "管理者の接続を使うか、アプリケーションを C6に変更してください。"],
  name_taken: ["Something else has this name already.", "Choose another one.", "この名前はすでに使われています。", "別の名前にしてください。"],
  work_stopped: ["Stopped. Nothing was changed.", "Begin again whenever you like.", "止めました。何も変わっていません。", "いつでもやり直せます。"],
  leave_stopped: ["Stopped: 1 of 2 authorizations is removed, and Ben Osei is still active.", "Deactivate them again to go on with the rest.", "中止しました。認証 2 件のうち 1 件を削除しました。ベン・オセイ さんは引き続き有効です。", "もう一度無効にすると、残りの処理を続けられます。"],
  import_needs_left_out: ["It needs “Front desk”, which is left out.", "Take that one in as well, or leave this one out.", "これには、除外した「Front desk」が必要です。", "それも取り込むか、これも除外してください。"],
  revoke_unreadable: ["Which service it was cannot be read, so it was not told. The credential was deleted on this computer.", "Remove the access in the account’s settings at the service.", "どのサービスか読み取れないため、サービスには通知していません。このコンピューターの認証情報は削除しました。", "サービス側のアカウント設定でアクセスを取り消してください。"],
  not_taken_over: ["This workspace was restored from a backup, and another computer may still be using it.", "Stop Tsunagi there, then let a super admin take the workspace over here.", "このワークスペースはバックアップから復元したもので、別のコンピューターがまだ使っているかもしれません。", "そちらの Tsunagi を終了してから、スーパー管理者がここで引き継いでください。"],
  plan_free: ["Connections are part of the paid plan, and this workspace is on the free one.", "Ask a super admin to change the plan in Settings.", "外部連携は有料プランの機能です。このワークスペースは無料プランです。", "スーパー管理者に、設定でのプラン変更を依頼してください。"],
  data_center_not_served: ["Connections are not available in the data center “JP”.", "They are available in US, EU, IN and AU. A super admin can change the data center in Settings.", "データセンター「JP」では外部連携を利用できません。", "利用できるのは US、EU、IN、AU です。データセンターはスーパー管理者が設定で変更できます。"],
  name_character: ["The name holds the character “🎉”, which names may not hold.", "Use letters, digits, spaces and & @ ! : - _ \\ | / ~ * ・ （ ）.", "名前に使えない文字「🎉」があります。", "文字、数字、空白と & @ ! : - _ \\ | / ~ * ・ （ ） を使ってください。"],
  kind_not_offered: ["System connections come into being by themselves; nobody makes or imports one.", "Take it out of the file, or choose another kind.", "システム接続は自動で作られます。手作業での作成や取り込みはできません。", "ファイルから除くか、別の種類にしてください。"],
  registration_needed: ["Salesforce needs a client registration of your own.", "Register a client at the service, then add its client ID here.", "Salesforce にはあなたのクライアント登録が必要です。", "サービス側でクライアントを登録し、クライアント ID をここに加えてください。"],
  registration_secret_due: ["The client registration “Kumo Works, Osaka” came without its client secret.", "Choose Edit on it in Connectors and enter the secret. Secrets never travel in a file of definitions.", "クライアント登録「Kumo Works, Osaka」には、クライアントシークレットがまだ入っていません。", "コネクタ画面の「編集」で入力してください。シークレットは定義ファイルに含まれません。"],
  wire_unknown: ["How to connect to SMS-Magic is not known: no description of its API was found.", "If SMS-Magic gave you one, make a custom connector from it.", "SMS-Magic への接続方法は不明です。API の仕様が見つかっていません。", "SMS-Magic から仕様を入手できる場合は、それをもとにカスタムコネクタを作成してください。"],
  connector_retired: ["Payflow Pro ended on 2024-09-26.", "Choose the current connector of that service.", "Payflow Pro は2024-09-26に終了しました。", "現行のコネクタを選んでください。"],
  import_gone: ["What is to be imported is no longer in hand.", "Choose the file again and look at what it would add.", "取り込む内容がもうありません。", "ファイルをもう一度選び、追加される内容を確かめてください。"],
  definitions_newer: ["“kumo-osaka.toml” was written by a later Tsunagi: its version is 2, and this program reads 1.", "Update Tsunagi here, or export with the older one there.", "「kumo-osaka.toml」は新しい Tsunagi で書かれています (バージョン2)。このプログラムが読めるのは1までです。", "ここの Tsunagi を更新するか、古いほうで書き出してください。"],
  access_denied: ["Not authorized: the sign-in page said “access denied”.", "Somebody pressed Reject on the consent page, or the account may not grant these scopes.", "認証できません。サインイン画面が「access denied」と答えました。", "同意画面で拒否されたか、このアカウントには許可できない範囲です。"],
} as const satisfies Record<string, readonly [string, string, string, string]>;

export type FailureCode = keyof typeof FAILURES;

/** A failure in a language. */
export function failureOf(code: FailureCode, locale: Locale, args: Record<string, string> = {}): Failure {
  const said = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
  const [message, help, messageJa, helpJa] = FAILURES[code];
  return locale === "ja" ? { code, message: said(messageJa), help: said(helpJa) } : { code, message: said(message), help: said(help) };
}
