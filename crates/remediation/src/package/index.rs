//! The index page of a package: what is in it and what is not, to be read in any browser, without script.

use bartizan_model::{OutcomeItem, Timestamp};

use super::archive::Entry;

/// The page.
pub(super) fn page(entries: &[Entry], left_out: &[OutcomeItem], now: Timestamp) -> String {
    let mut page = String::from(
        "<!doctype html><meta charset=\"utf-8\"><title>Investigation package</title>\
         <style>body{font:14px sans-serif;margin:2em}td,th{text-align:left;padding:2px 12px 2px 0}\
         td:nth-child(3){font-family:monospace;font-size:12px}</style>",
    );
    page.push_str(&format!(
        "<h1>Investigation package</h1><p>Gathered {} s after 1970 (UTC). {} files, {} left out.</p>",
        now.millis().div_euclid(1_000),
        entries.len(),
        left_out.len()
    ));
    page.push_str("<table><tr><th>file<th>bytes<th>SHA-256");
    for entry in entries {
        let name = escaped(&entry.name);
        page.push_str(&format!(
            "<tr><td><a href=\"{name}\">{name}</a><td>{}<td>{}",
            entry.bytes, entry.sha256
        ));
    }
    page.push_str("</table>");
    if !left_out.is_empty() {
        page.push_str("<h2>Left out</h2><table><tr><th>file<th>why");
        for item in left_out {
            let (name, why) = (escaped(&item.name), escaped(&item.result));
            page.push_str(&format!("<tr><td>{name}<td>{why}"));
        }
        page.push_str("</table>");
    }
    page
}

/// A text that comes from the machine, as text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}
