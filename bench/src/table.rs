//! The one table that is printed.

/// A line of it.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) subject: String,
    pub(crate) measured: String,
    pub(crate) ceiling: String,
    pub(crate) demand: String,
    /// `None` where nothing was to compare with.
    pub(crate) met: Option<bool>,
}

/// Prints the table; gives whether every demand was met.
#[expect(clippy::print_stdout, reason = "the answer of the program")]
pub(crate) fn print(rows: &[Row]) -> bool {
    let titles = ["subject", "measured", "ceiling, same run", "demand", ""].map(str::to_owned);
    let cells: Vec<[String; 5]> = rows
        .iter()
        .map(|row| {
            let verdict = match row.met {
                Some(true) => "met",
                Some(false) => "NOT MET",
                None => "-",
            };
            [&row.subject, &row.measured, &row.ceiling, &row.demand, verdict].map(|cell| cell.to_string())
        })
        .collect();
    let width = |column: usize| {
        cells.iter().chain([&titles]).map(|line| line[column].chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let show = |line: &[String; 5]| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
    };
    println!();
    show(&titles);
    println!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|"));
    cells.iter().for_each(show);
    println!();
    rows.iter().all(|row| row.met != Some(false))
}
