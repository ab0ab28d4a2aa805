//! The specification as pages: the repository's Markdown, rendered when somebody first asks, in the frame of all pages.
//!
//! The Markdown is ours and trusted; still no page loads anything, and links that lead nowhere from here are text.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::response::Response;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::App;
use super::page::{Page, answer, framed};

/// The specification, and where it differs from what was published.
const SPECIFICATION: &str = include_str!("../../../../spec/asp-1.0.md");
const DIFFERENCES: &str = include_str!("../../../../spec/differences.md");
/// The states of a session; it stands in the page, since pages load nothing.
const DIAGRAM: &str = include_str!("../../../../spec/transitions.svg");

/// Both pages, once somebody has asked.
#[derive(Debug, Default)]
pub(crate) struct Specification {
    specification: OnceLock<Page>,
    differences: OnceLock<Page>,
}

/// Read the specification.
#[utoipa::path(get, path = "/spec", tag = "node",
    responses((status = 200, description = "The Agent Session Protocol, version 1.0", body = String,
        content_type = "text/html")))]
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    answer(app.pages.specification.specification.get_or_init(|| page(SPECIFICATION)))
}

/// Read where it differs from what was published.
#[utoipa::path(get, path = "/spec/differences", tag = "node",
    responses((status = 200, description = "Subject by subject, with the reason", body = String,
        content_type = "text/html")))]
pub(super) async fn differences(State(app): State<Arc<App>>) -> Response {
    answer(app.pages.specification.differences.get_or_init(|| page(DIFFERENCES)))
}

/// A heading as the table of contents has it.
struct Entry {
    anchor: String,
    title: String,
}

fn page(markdown: &str) -> Page {
    let Rendered { title, contents, body } = rendered(markdown);
    let mut whole = String::with_capacity(body.len() + 16 * 1024);
    whole.push_str(
        "<nav>\n<a href=\"/\">Assent</a>\n<a href=\"/spec\">Specification</a>\n\
         <a href=\"/spec/differences\">Differences</a>\n<a href=\"/docs\">API</a>\n</nav>\n\
         <main class=\"spec\">\n<details class=\"contents\">\n<summary>Contents</summary>\n<ul>\n",
    );
    for Entry { anchor, title } in contents {
        // Writing to a text cannot fail.
        let _ = writeln!(whole, "<li><a href=\"#{anchor}\">{title}</a></li>");
    }
    whole.push_str("</ul>\n</details>\n");
    whole.push_str(&body);
    whole.push_str("</main>\n");
    framed(&title, &whole, &[style_of(DIAGRAM)])
}

struct Rendered {
    title: String,
    contents: Vec<Entry>,
    body: String,
}

/// What stands between the tags of the diagram's style: the policy of the page names it.
fn style_of(svg: &str) -> &str {
    let after = svg.split_once("<style>").map_or("", |(_, rest)| rest);
    after.split_once("</style>").map_or("", |(style, _)| style)
}

/// Markdown as HTML with an anchor at each heading, tables that scroll by themselves, and the diagram in its place.
#[expect(clippy::wildcard_enum_match_arm, reason = "everything else of Markdown is written as it comes")]
fn rendered(markdown: &str) -> Rendered {
    let mut out = Rendered { title: String::new(), contents: Vec::new(), body: String::new() };
    let mut events: Vec<Event<'_>> = Vec::new();
    let mut anchors = std::collections::BTreeSet::new();
    let mut links: Vec<bool> = Vec::new();
    let mut within_image = false;
    let mut parser = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let inner: Vec<Event<'_>> = parser
                    .by_ref()
                    .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
                    .collect();
                heading(level, inner, &mut out, &mut anchors, &mut events);
            }
            Event::Start(Tag::Table(columns)) => {
                events.push(raw("<div class=\"wide\">\n"));
                events.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(raw("</div>\n"));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                within_image = true;
                if &*dest_url == "transitions.svg" {
                    events.push(raw(&format!("<span class=\"diagram\">{}</span>", inline(DIAGRAM))));
                }
            }
            Event::End(TagEnd::Image) => within_image = false,
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let here = address(&dest_url);
                links.push(here.is_some());
                events
                    .extend(here.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id })));
            }
            Event::End(TagEnd::Link) => {
                events.extend(links.pop().filter(|kept| *kept).map(|_| Event::End(TagEnd::Link)));
            }
            // The words for who does not see the image are those of the diagram itself.
            _ if within_image => {}
            // Marks of the generator.
            Event::Html(text) if text.starts_with("<!--") => {}
            other => events.push(other),
        }
    }
    html::push_html(&mut out.body, events.into_iter());
    // The page's policy allows no style beside its own sheet.
    out.body = out.body.replace(" style=\"text-align: right\"", " class=\"number\"");
    out
}

fn raw(text: &str) -> Event<'static> {
    Event::InlineHtml(CowStr::from(text.to_owned()))
}

/// The diagram without what only a file of its own needs.
fn inline(svg: &str) -> String {
    let lines = svg.lines().filter(|line| !line.trim_start().starts_with("<!--"));
    lines.collect::<Vec<_>>().join("\n").replace("xmlns=\"http://www.w3.org/2000/svg\" ", "")
}

/// Where a link leads from here; none if nowhere.
fn address(target: &str) -> Option<CowStr<'static>> {
    let kept = target.starts_with('#') || target.starts_with("https://");
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let page = match file {
        "differences.md" => Some("/spec/differences"),
        "asp-1.0.md" => Some("/spec"),
        _ => None,
    };
    let moved = page.map(|page| anchor.map_or_else(|| page.to_owned(), |anchor| format!("{page}#{anchor}")));
    moved.or_else(|| kept.then(|| target.to_owned())).map(CowStr::from)
}

fn heading<'a>(
    level: HeadingLevel,
    inner: Vec<Event<'a>>,
    out: &mut Rendered,
    anchors: &mut std::collections::BTreeSet<String>,
    events: &mut Vec<Event<'a>>,
) {
    let mut words = String::new();
    for event in &inner {
        if let Event::Text(text) | Event::Code(text) = event {
            words.push_str(text);
        }
    }
    let slug = slug(&words);
    let again = (1..).map(|number| format!("{slug}-{number}"));
    let anchor = std::iter::once(slug.clone()).chain(again).find(|name| !anchors.contains(name));
    let anchor = anchor.unwrap_or_default();
    anchors.insert(anchor.clone());
    let mut title = String::new();
    html::push_html(&mut title, inner.iter().cloned());
    let tag = match level {
        HeadingLevel::H1 => {
            out.title.clone_from(&title);
            "h1"
        }
        HeadingLevel::H2 => {
            out.contents.push(Entry { anchor: anchor.clone(), title: title.clone() });
            "h2"
        }
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => "h4",
    };
    events.push(raw(&format!("<{tag} id=\"{anchor}\"><a href=\"#{anchor}\">{title}</a></{tag}>\n")));
}

/// The anchor of a heading, as pages that show Markdown name it.
fn slug(words: &str) -> String {
    let kept = words.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter if letter.is_alphanumeric() => Some(letter),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_links_lead_somewhere_or_are_text() {
        let markdown = "# The *One*\n\n## 1 A: b\n\n## 1 A: b\n\n[a](#1-a-b) [b](differences.md#x) [c](../docs/x.md) \
                        [`d`](https://d.example)\n\n<!-- end -->\n";
        let Rendered { title, contents, body } = rendered(markdown);
        assert_eq!(title, "The <em>One</em>");
        let anchors: Vec<&str> = contents.iter().map(|entry| entry.anchor.as_str()).collect();
        assert_eq!(anchors, ["1-a-b", "1-a-b-1"]);
        let expected = "<p><a href=\"#1-a-b\">a</a> <a href=\"/spec/differences#x\">b</a> c \
                        <a href=\"https://d.example\"><code>d</code></a></p>\n";
        assert!(body.ends_with(expected), "{body}");
    }
}
