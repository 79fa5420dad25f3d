//! The console's files. A missing file of the console is not there; any other path is the console itself, which
//! knows its own pages.

use std::borrow::Cow;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::Api;

/// Where the page wants its nonce.
const NONCE: &str = "__CSP_NONCE__";

/// Gives the console's files; the binary embeds them.
pub trait ConsoleAssets: Send + Sync {
    /// The file at this path, without a slash before it, in one of the accepted encodings or in none.
    fn asset(&self, path: &str, accepts: &[&str]) -> Option<Asset>;
}

/// A file of the console.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
    /// Its encoding, if it has one: "br" or "gzip".
    pub encoding: Option<&'static str>,
}

/// A server without a console.
#[derive(Debug, Clone, Copy)]
pub struct NoConsole;

impl ConsoleAssets for NoConsole {
    fn asset(&self, _path: &str, _accepts: &[&str]) -> Option<Asset> {
        None
    }
}

/// A file of the console, or the console.
pub(crate) async fn console(State(api): State<Api>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let accepts = accepted(&headers);
    let hidden =
        path.is_empty() || path == "index.html" || path.split('/').any(|part| part == "..");
    if !hidden && let Some(asset) = api.console.asset(path, &accepts) {
        return file(path, asset);
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match api.console.asset("index.html", &[]) {
        Some(page) => index(&page),
        None => {
            (StatusCode::NOT_FOUND, "this server was built without its console").into_response()
        }
    }
}

/// The security policy of pages; styles by script need the nonce.
pub(crate) fn policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" 'nonce-{nonce}'"));
    format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'{nonce}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
}

fn index(page: &Asset) -> Response {
    let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
    let text = String::from_utf8_lossy(&page.bytes);
    let text = if text.contains(NONCE) {
        text.replace(NONCE, &nonce)
    } else {
        let meta = format!("<head>\n<meta name=\"csp-nonce\" content=\"{nonce}\">");
        text.replacen("<head>", &meta, 1)
    };
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy(Some(&nonce))) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn file(path: &str, asset: Asset) -> Response {
    let mut response = Response::new(Body::from(asset.bytes.into_owned()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    // Names in assets/ carry a hash of their content.
    let cached = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    response
}

fn accepted(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let words = values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    words
        .map(|word| word.split(';').next().unwrap_or_default().trim())
        .filter(|word| !word.is_empty())
        .collect()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
