//! A plot of a growth, as SVG.

use std::path::Path;

use plotters::prelude::*;
use taskhive_bench::Failure;

use super::Growth;

const SIZE: (u32, u32) = (720, 360);

/// One line for each column, over sizes that are spread by their logarithm.
pub(super) fn draw(growth: &Growth, file: &Path) -> Result<(), Failure> {
    let root = SVGBackend::new(file, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    // Nothing has no logarithm.
    let at = |size: u32| f64::from(size.max(1));
    let sizes = || growth.rows.iter().map(|(size, _)| at(*size));
    let largest = sizes().fold(1.0, f64::max);
    let smallest = sizes().fold(largest, f64::min);
    let costs = growth.rows.iter().flat_map(|(_, costs)| costs);
    // Room for the names above.
    let highest = costs.copied().fold(0.0, f64::max) * 1.5;
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .margin_right(48)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d((smallest..largest).log_scale(), 0.0..highest)?;
    chart
        .configure_mesh()
        .x_desc(growth.grows)
        .x_label_formatter(&|size| format!("{size:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for (column, name) in growth.columns.iter().enumerate() {
        let color = Palette99::pick(column).stroke_width(2);
        let points = || {
            growth
                .rows
                .iter()
                .map(|(size, costs)| (at(*size), costs[column]))
        };
        chart
            .draw_series(LineSeries::new(points(), color))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
        chart.draw_series(points().map(|point| Circle::new(point, 3, color.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
