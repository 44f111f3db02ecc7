//! The rates as a picture: bars with the least and the most, readable on a light and a dark page.

use std::fmt::Write;

use super::report::{Results, RowResult};

const LEFT: f64 = 170.0;
const WIDTH: f64 = 480.0;
const STEP: f64 = 22.0;
const TOP: f64 = 34.0;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#222}.n{text-anchor:end}\
.b{fill:#2f6fb3}.o{fill:#9aa4ad}.r{stroke:#222;stroke-width:1.5}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.b{fill:#6aa9e9}.o{fill:#67717a}.r{stroke:#ddd}}";

/// An SVG of all rows with a rate.
pub(super) fn svg(results: &Results) -> String {
    let rows: Vec<_> = results.rows.iter().filter(|row| !row.measured.is_empty()).collect();
    let most = rows.iter().filter_map(|row| row.spread(|m| m.rate)).map(|rate| rate.most);
    let scale = WIDTH / most.fold(1.0, f64::max);
    let height = TOP + STEP * rows.len() as f64 + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height:.0}\" role=\"img\">\n\
         <title>Unlocks per second</title>\n<style>{STYLE}</style>\n\
         <text x=\"10\" y=\"18\">unlocks per second (echo and mock: requests); \
         median of {} rounds, line: least to most</text>\n",
        results.rounds
    );
    for (index, row) in rows.iter().enumerate() {
        let _ = svg.write_str(&bar(row, TOP + STEP * index as f64, scale).unwrap_or_default());
    }
    svg + "</svg>\n"
}

fn bar(row: &RowResult, y: f64, scale: f64) -> Option<String> {
    let rate = row.spread(|m| m.rate)?;
    let kind = if row.name.starts_with("sqlite") { "b" } else { "o" };
    let (end, middle) = (LEFT + rate.median * scale, y + 8.0);
    let (least, most) = (LEFT + rate.least * scale, LEFT + rate.most * scale);
    Some(format!(
        "<text class=\"n\" x=\"{:.0}\" y=\"{:.0}\">{}</text>\
         <rect class=\"{kind}\" x=\"{LEFT}\" y=\"{y:.0}\" width=\"{:.1}\" height=\"16\"/>\
         <line class=\"r\" x1=\"{least:.1}\" y1=\"{middle:.0}\" x2=\"{most:.1}\" y2=\"{middle:.0}\"/>\
         <text x=\"{:.1}\" y=\"{:.0}\">{:.0}</text>\n",
        LEFT - 8.0,
        y + 12.0,
        row.name,
        end - LEFT,
        most.max(end) + 6.0,
        y + 12.0,
        rate.median
    ))
}
