//! The plot of what routes cost by their number, as SVG.

use super::added;
use crate::measure::Cost;

/// How many routes there are, from left to right.
pub(super) const COUNTS: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The lines: variants, what they are, colour.
const LINES: [(&str, &str, &str); 3] = [
    ("list", "Envoy's list", "#c0392b"),
    ("tree", "Envoy's matcher tree", "#2471a3"),
    ("httproute", "httproute.wasm", "#1e8449"),
];

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 180.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;

/// Added CPU beside that of Lua, against the number of routes, both in powers of ten.
pub(super) fn routes(costs: &[Cost]) -> Result<String, String> {
    let lua = added(costs, "lua")?;
    let mut lines = Vec::new();
    for (kind, label, colour) in LINES {
        let values = COUNTS.iter().map(|count| added(costs, &format!("{kind}@{count}")));
        let values: Vec<f64> = values.collect::<Result<_, _>>()?;
        // What adds next to nothing has no place on a scale of powers.
        lines.push((label, colour, values.iter().map(|value| (value / lua).max(0.05)).collect::<Vec<_>>()));
    }
    let all = lines.iter().flat_map(|(_, _, values)| values);
    let decades = |value: f64, round: fn(f64) -> f64| round(value.log10()) as i32;
    let low = decades(all.clone().copied().fold(1.0, f64::min), f64::floor);
    let high = decades(all.copied().fold(1.0, f64::max), f64::ceil);
    let x = |index: usize| LEFT + (WIDTH - LEFT - RIGHT) * index as f64 / (COUNTS.len() - 1) as f64;
    let y = |value: f64| {
        let share = (value.log10() - f64::from(low)) / f64::from(high - low);
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    let mut text = |x: f64, y: f64, anchor: &str, colour: &str, text: &str| {
        svg += &format!(
            "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{text}</text>\n"
        );
    };
    text(LEFT, 22.0, "start", "#222222", "Added CPU of a request (Lua with the same header operations = 1)");
    text(x(2), HEIGHT - 12.0, "middle", "#222222", "routes, of which each request hits any");
    for (index, count) in COUNTS.iter().enumerate() {
        text(x(index), HEIGHT - BOTTOM + 18.0, "middle", "#222222", &count.to_string());
    }
    for decade in low..=high {
        let value = 10f64.powi(decade);
        text(LEFT - 8.0, y(value) + 4.0, "end", "#222222", &value.to_string());
    }
    // Labels that would lie on each other are moved apart, from the top.
    let mut labels: Vec<_> =
        lines.iter().map(|(label, colour, values)| (y(values[COUNTS.len() - 1]), *label, *colour)).collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut above = f64::NEG_INFINITY;
    for (at, label, colour) in labels {
        above = at.max(above + 16.0);
        text(x(COUNTS.len() - 1) + 10.0, above + 4.0, "start", colour, label);
    }
    for decade in low..=high {
        let at = y(10f64.powi(decade));
        let (from, to) = (x(0), x(COUNTS.len() - 1));
        svg += &format!("<path d=\"M{from:.1} {at:.1}H{to:.1}\" stroke=\"#dddddd\"/>\n");
    }
    for (_, colour, values) in &lines {
        let points =
            values.iter().enumerate().map(|(index, &value)| format!("{:.1},{:.1}", x(index), y(value)));
        let points = points.collect::<Vec<_>>().join(" ");
        svg += &format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\n"
        );
    }
    Ok(svg + "</svg>\n")
}
