//! R19: names of connections and link names, refused and suggested from whichever door.

use tsunagi_console::views::NewConnection;
use tsunagi_domain::{Kind, Mode};

use crate::deeds::{Play, pick};
use crate::expected::when;
use crate::fixture::practice_draft;
use crate::world::{Service, Way};

/// What is typed, what is kept of it or why it is refused, and what its link name begins with;
/// `None` where it has no Latin letter to begin with.
type Name = (
    &'static str,
    Result<&'static str, &'static str>,
    Option<&'static str>,
);

const FIFTY: &str = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee";

const NAMES: [Name; 16] = [
    ("Papers", Ok("Papers"), Some("papers")),
    ("  Papers 2 ", Ok("Papers 2"), Some("papers_2")),
    (
        "A & B @ C!: D-E_F \\ G | H / I ~ J *",
        Ok("A & B @ C!: D-E_F \\ G | H / I ~ J *"),
        Some("a_b_c_d_e_f_g_h_i_j"),
    ),
    ("経費・精算（東京）", Ok("経費・精算（東京）"), None),
    ("顧客\u{3000}一覧", Ok("顧客 一覧"), None),
    // NFC, with marks that have no composed form.
    ("Cafe\u{301}", Ok("Café"), Some("cafe")),
    ("\u{915}\u{94d}\u{937}", Ok("\u{915}\u{94d}\u{937}"), None),
    ("３月 Ｒｅｐｏｒｔ", Ok("３月 Ｒｅｐｏｒｔ"), Some("report")),
    (FIFTY, Ok(FIFTY), Some(FIFTY)),
    (
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef",
        Err("name_too_long"),
        None,
    ),
    ("", Err("name_empty"), None),
    (" \u{3000} ", Err("name_empty"), None),
    ("Papers; more", Err("name_character"), None),
    ("Papers <b>", Err("name_character"), None),
    ("Pa\u{200b}pers", Err("name_character"), None),
    ("Papers \u{1f4c4}", Err("name_character"), None),
];

/// Link names typed by hand, and whether they are ones.
const LINKS: [(&str, bool); 7] = [
    ("papers", true),
    ("p2_x", true),
    ("2papers", false),
    ("_papers", false),
    ("Papers", false),
    ("pa-pers", false),
    ("", false),
];

impl Play {
    fn is_taken(&self, link_name: &str) -> bool {
        let mut links = self.model.links.iter();
        links.any(|link| link.link_name == link_name)
    }

    /// The first that is free: of a name, itself and then numbers from 2; of a service, numbers.
    fn suggested(&self, base: Option<&str>) -> String {
        let numbers = base.map_or(1, |_| 2);
        let base_or = base.unwrap_or("practice");
        let numbered = (numbers..).map(|n| format!("{base_or}_{n}"));
        let mut all = base.map(str::to_owned).into_iter().chain(numbered);
        all.find(|one| !self.is_taken(one)).unwrap()
    }

    /// A new connection with this name and link name, as it was said while they were typed.
    pub(crate) fn name_new(&mut self, name: u8, link: Option<u8>) {
        let (typed, kept, base) = NAMES[pick(NAMES.len(), name).unwrap()];
        let link = link.and_then(|link| pick(LINKS.len(), link));
        let link = link.map(|link| LINKS[link]);
        let wrong_link = link.and_then(|(link, sound)| match sound {
            false => Some("link_name_invalid"),
            true => self.is_taken(link).then_some("link_name_taken"),
        });
        let reader = self.model.unmanaging();
        let link_name = link.map(|(link, _)| link);
        let checked = self
            .console()
            .check_name(self.session(), "practice", typed, link_name);
        if let Some(checked) = self.told(checked, &reader) {
            let problem = checked.problem.map(|problem| problem.code);
            assert_eq!(problem.as_deref(), kept.err(), "R19: {}", self.doing());
            let problem = checked.link_problem.map(|problem| problem.code);
            assert_eq!(problem.as_deref(), wrong_link, "R19: {}", self.doing());
            if link.is_none() && kept.is_ok() {
                let suggested = self.suggested(base);
                assert_eq!(checked.link_name, suggested, "R19: {}", self.doing());
            }
        }
        let mut reasons = self.model.managing();
        reasons.extend(kept.err());
        reasons.extend(wrong_link);
        let draft = NewConnection {
            link_name: link_name.map(str::to_owned),
            ..practice_draft(typed, Kind::Admin, Mode::Same)
        };
        let made = self.console().create(self.session(), &draft);
        if let Some(id) = self.told(made, &reasons) {
            let expected = link_name.map_or_else(|| self.suggested(base), str::to_owned);
            let way = Way {
                site: 0,
                client: None,
            };
            let name = kept.unwrap().to_owned();
            self.made(
                id,
                name.clone(),
                (Service::Practice, way),
                (Kind::Admin, Mode::Same),
                false,
            );
            let link = self.model.links.last().unwrap();
            assert_eq!(link.link_name, expected, "R19: {}", self.doing());
            let known = self.catalog.connection(id).unwrap().unwrap();
            assert_eq!(known.name.as_str(), name, "R19: {}", self.doing());
        }
    }

    /// One that is there gets this name; its link name stays.
    pub(crate) async fn name_anew(&mut self, connection: u8, name: u8) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let (typed, kept, _) = NAMES[pick(NAMES.len(), name).unwrap()];
        let id = self.model.links[at].id;
        let mut reasons = self.model.unmanaging();
        reasons.extend(kept.err());
        let done = self.console().rename_connection(self.session(), id, typed);
        if let Some(view) = self.told(done.await, &reasons) {
            let link = &mut self.model.links[at];
            link.name = kept.unwrap().to_owned();
            assert_eq!(view.row.name, link.name, "R19");
            assert_eq!(view.row.link_name, link.link_name, "R19: never changes");
        }
    }

    /// A name that an account cannot have.
    pub(crate) async fn name_no_account(&mut self, connection: u8, reach: tsunagi_console::Reach) {
        let Some(at) = pick(self.model.links.len(), connection) else {
            return;
        };
        let link = &self.model.links[at];
        let (_, mut reasons) = self.own(link, reach, None);
        reasons.extend(self.model.unmanaging());
        reasons.extend(when(true, "name_empty"));
        let done = self
            .console()
            .rename_account(self.session(), link.id, reach, " ");
        self.told(done.await, &reasons);
    }
}
