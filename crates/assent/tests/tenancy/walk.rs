//! The walk: each route, each object, each caller; and what was found on the way.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use reqwest::{Client, Method};

use crate::callers::{Caller, Told};
use crate::rows::{Kind, ROWS, Row, Shows};
use crate::scene::Scene;
use crate::world::{Object, World};

/// Requests that are under way at once.
const AT_ONCE: usize = 8;
/// Objects of one kind and of the same readers that a route is asked for, where it shows that kind; else one.
const ALIKE_MAX: usize = 2;

/// A walk through a world.
pub(crate) struct Walk<'a> {
    pub(crate) world: &'a World,
    pub(crate) http: Client,
    asked: usize,
    seen: usize,
    /// Leaks by what they have in common, of which there can be hundreds: the first of each, and how many.
    found: BTreeMap<String, (String, usize)>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { world, http, asked: 0, seen: 0, found: BTreeMap::new() }
    }

    pub(crate) fn summary(&self) -> String {
        let (objects, callers) = (self.world.objects.len(), self.world.callers.len());
        format!(
            "{} rows, {objects} objects, {callers} callers: {} answers compared, {} seen by those who may, {} leaks",
            ROWS.len(),
            self.asked,
            self.seen,
            self.found.values().map(|(_, count)| count).sum::<usize>()
        )
    }

    pub(crate) fn found(self) -> Vec<String> {
        self.found.into_values().map(|(first, count)| format!("{count}, such as {first}")).collect()
    }

    fn leak(&mut self, common: &str, told: String) {
        self.found.entry(common.to_owned()).or_insert((told, 0)).1 += 1;
    }

    /// Walks all rows.
    pub(crate) async fn routes(&mut self, scene: &Scene) {
        for row in ROWS {
            match &row.shows {
                Shows::Hidden { kinds, asks, body } => {
                    for ask in *asks {
                        self.hidden(scene, row, (kinds, ask, *body)).await;
                    }
                }
                Shows::Own(asks) | Shows::Public(_, asks) => {
                    for ask in *asks {
                        self.list(scene, row, ask).await;
                    }
                }
                Shows::Bearer(_) | Shows::Takes => {}
            }
        }
    }

    /// Asks a route for every object in the name of every caller.
    async fn hidden(&mut self, scene: &Scene, row: &Row, (kinds, ask, body): (&[Kind], &str, Option<&str>)) {
        let method: Method = row.route.split(' ').next().unwrap().parse().unwrap();
        let methods = if method == Method::GET { vec![method, Method::HEAD] } else { vec![method] };
        let changes = !methods.contains(&Method::GET);
        // Whoever opens a link sees the same page, whatever the link is.
        let blind = kinds == [Kind::Secret];
        let mut asked = Vec::new();
        for object in self.sample(kinds) {
            let of_kind = kinds.contains(&object.kind);
            for caller in &self.world.callers {
                let reads = object.readers.contains(&caller.label) && row.is_for(&caller.label);
                let may = of_kind && (blind || reads);
                // Whoever reads the whole is told what is wrong with the part.
                if reads && !of_kind && ask.contains("{part}") {
                    continue;
                }
                // What changes something is not tried by who may.
                if !(may && changes) {
                    let methods = methods.iter().filter(|method| of_kind || *method != Method::HEAD);
                    asked.extend(methods.map(|method| (caller, object, method, may)));
                }
            }
        }
        let absent = self.absent(scene, &methods, ask, body).await;
        let ask_one = async |(caller, object, method, may): (&'a Caller, &'a Object, &Method, bool)| {
            let told = self.ask(scene, caller, method, (ask, body, &object.id)).await;
            let reference = &absent[&(caller.label.clone(), method.to_string(), nothing(&object.id, "7"))];
            let (given, same) = (told.status < 300, told == *reference);
            let fits = if blind { same } else { given == may && (may || same) };
            if fits {
                return None;
            }
            let (kind, readers, who) = (object.kind, &object.readers, &caller.label);
            let shown = if may { "is not seen by" } else { "is told to" };
            let common = format!("{method} {ask}: {kind:?} {shown}");
            Some((
                common,
                format!(
                    "{method} {ask}: {kind:?} of {readers:?} {shown} {who}:\n  {told:?}\n  for what is not there: \
                     {reference:?}"
                ),
            ))
        };
        let (all, seen) = (asked.len(), asked.iter().filter(|(.., may)| *may).count());
        let found: Vec<Option<(String, String)>> =
            futures::stream::iter(asked).map(ask_one).buffer_unordered(AT_ONCE).collect().await;
        self.asked += all - seen;
        self.seen += seen;
        for (common, told) in found.into_iter().flatten() {
            self.leak(&common, told);
        }
    }

    /// Some objects of each kind and each circle of readers.
    pub(crate) fn sample(&self, kinds: &[Kind]) -> Vec<&'a Object> {
        let mut taken: BTreeMap<(Kind, &BTreeSet<String>), usize> = BTreeMap::new();
        let mut sample = Vec::new();
        for object in self.world.objects.iter().filter(|object| object.kind != Kind::Words) {
            let most = if kinds.contains(&object.kind) { ALIKE_MAX } else { 1 };
            let count = taken.entry((object.kind, &object.readers)).or_default();
            *count += 1;
            if *count <= most {
                sample.push(object);
            }
        }
        sample
    }

    /// What each caller is told of ids that name nothing, by the first of them: two of each form, which have to be alike.
    async fn absent(
        &mut self,
        scene: &Scene,
        methods: &[Method],
        ask: &str,
        body: Option<&str>,
    ) -> BTreeMap<(String, String, String), Told> {
        let named = self.world.objects.iter().filter(|object| object.kind != Kind::Words);
        let forms: BTreeSet<[String; 2]> =
            named.map(|object| ["7", "c"].map(|digit| nothing(&object.id, digit))).collect();
        let mut absent = BTreeMap::new();
        for caller in &self.world.callers {
            for (method, [first, second]) in
                methods.iter().flat_map(|one| forms.iter().map(move |two| (one, two)))
            {
                let told = self.ask(scene, caller, method, (ask, body, first)).await;
                let again = self.ask(scene, caller, method, (ask, body, second)).await;
                if told != again {
                    let both = format!("{method} {ask} to {}: {told:?} and {again:?}", caller.label);
                    self.leak(&format!("{method} {ask} absent"), both);
                }
                absent.insert((caller.label.clone(), method.to_string(), first.clone()), told);
            }
        }
        absent
    }

    async fn ask(
        &self,
        scene: &Scene,
        caller: &Caller,
        method: &Method,
        (ask, body, id): (&str, Option<&str>, &str),
    ) -> Told {
        let (whole, part) = id.split_once('.').unwrap_or((id, id));
        // What is a part of something is asked for by its own name where nothing has parts.
        let whole = if ask.contains("{part}") { whole } else { part };
        let path = ask.replace("{}", whole).replace("{part}", part);
        let body = body.map(|body| body.replace("{}", id));
        Told::of(caller.request((scene, &self.http), method, &path, body))
            .await
            .without(id)
            .without(whole)
            .without(part)
    }

    /// Looks whether a list, or something public, has what the caller may not see.
    async fn list(&mut self, scene: &Scene, row: &Row, ask: &str) {
        // The log shows the hashes of all statements, and trust those of deals; what they say, neither.
        let public = matches!(row.shows, Shows::Public(..));
        for caller in &self.world.callers {
            let told = Told::of(caller.request((scene, &self.http), &Method::GET, ask, None)).await;
            self.asked += 1;
            let shown = |object: &&Object| {
                // One sees one's own id, and one's own name, of which nobody else's label is.
                let own = object.kind == Kind::Person && ask == "/v1/me";
                let counts = if public { matches!(object.kind, Kind::Words | Kind::Secret) } else { !own };
                counts && !object.readers.contains(&caller.label) && told.body.contains(&object.id)
            };
            let shown: Vec<&Object> = self.world.objects.iter().filter(shown).collect();
            let of = (shown.first().map(|first| (&first.id, &first.readers)), shown.len());
            if let (Some((id, readers)), count) = of {
                let who = &caller.label;
                let told = format!("GET {ask} shows {id} of {readers:?} to {who}, and {} more", count - 1);
                self.leak(ask, told);
            }
        }
    }

    /// Two answers to the same words about what is there and about what is not.
    pub(crate) fn compare(&mut self, common: &str, what: &str, told: &Told, absent: &Told) {
        self.asked += 1;
        if told != absent {
            self.leak(common, format!("{what}:\n  {told:?}\n  for what is not there: {absent:?}"));
        }
        if told.status < 300 {
            self.leak(&format!("{common} taken"), format!("{what} was taken in: {told:?}"));
        }
    }
}

/// An id of the same form that names nothing.
fn nothing(id: &str, digit: &str) -> String {
    id.split('.').map(|part| digit.repeat(part.len())).collect::<Vec<_>>().join(".")
}
