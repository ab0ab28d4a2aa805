//! What pages load beside themselves: one style and three small scripts, all of this node and in its binary.

use std::sync::OnceLock;

use asp_core::position::Hash;
use asp_core::rejection::Code;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use serde::Deserialize;

use super::super::extract::{AssetName, Params};
use super::super::plain;
use super::super::problem::Denial;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// Name, media type and content.
const ASSETS: [(&str, &str, &str); 5] = [
    ("console.css", "text/css; charset=utf-8", include_str!("assets/console.css")),
    ("console.js", SCRIPT, include_str!("assets/console.js")),
    ("check.mjs", SCRIPT, include_str!("assets/check.mjs")),
    ("theme.js", SCRIPT, include_str!("assets/theme.js")),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// Digits of the version that addresses name.
const DIGITS: usize = 12;

/// The version of all assets together: who has loaded them under it has these very ones.
pub(super) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let parts = ASSETS.map(|(_, _, content)| content.as_bytes());
        Hash::of(&parts).to_hex().chars().take(DIGITS).collect()
    })
}

/// Of which version.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The version that a page names.
    v: Option<String>,
}

/// Load what pages are drawn with.
#[utoipa::path(get, path = "/assets/{name}", tag = "console",
    params(("name" = String, Path, description = "Such as `console.css`"), Which),
    responses((status = 200, description = "A style, a script or a picture",
        content((String = "text/css"), (String = "text/javascript"), (String = "image/svg+xml")))))]
pub(super) async fn show(
    AssetName(name): AssetName,
    Params(which): Params<Which>,
) -> Result<Response, Denial> {
    let found = ASSETS.iter().find(|(known, _, _)| *known == name);
    let (_, kind, content) = found.ok_or(Code::NotFound)?;
    let mut response = plain(kind, *content);
    // What has its version in its address never changes again; a day is enough for who comes back.
    let kept = if which.v.as_deref() == Some(version()) { "public, max-age=86400" } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_page_loads_less_than_a_hundred_kilobytes() {
        // Room is left for the page itself, which is 40 kB with a long list.
        let bytes: usize = ASSETS.iter().map(|(_, _, content)| content.len()).sum();
        assert!(bytes <= 60_000, "{bytes} bytes");
    }

    #[test]
    fn nothing_is_loaded_from_another_host_and_nothing_becomes_code_or_markup() {
        for (name, _, content) in ASSETS {
            let own = content.replace("http://www.w3.org/2000/svg", "");
            for forbidden in
                ["http:", "https:", "//cdn", "@import", "url(", "eval(", "innerHTML =", "document.write"]
            {
                assert!(!own.contains(forbidden), "{name}: {forbidden}");
            }
        }
    }
}
