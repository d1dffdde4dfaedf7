//! Tables as comma-separated values, quoted as RFC 4180 says.

use super::figure::{Quantity, Reading};
use super::number;

/// A table in the making; every row has the cells that the header names.
pub(super) struct Table {
    text: String,
    columns: usize,
}

impl Table {
    pub(super) fn new(header: &[String]) -> Self {
        let mut table = Self { text: String::new(), columns: header.len() };
        table.row(header);
        table
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        assert_eq!(cells.len(), self.columns, "a row has a cell for every column");
        let cells = cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>();
        self.text.push_str(&cells.join(","));
        self.text.push('\n');
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// The columns of a reading: value, low, high, and whether it is `never`.
pub(super) fn reading_columns(quantity: &Quantity) -> [String; 4] {
    let [value, low, high] = ["", "low", "high"].map(|qualifier| quantity.column(qualifier));
    [value, low, high, quantity.never_column()]
}

/// The cells under [`reading_columns`]; all are empty where there is no data.
pub(super) fn reading_cells(reading: Reading) -> [String; 4] {
    if reading.is_never() {
        return [String::new(), String::new(), String::new(), "true".to_owned()];
    }
    match reading.estimate() {
        None => Default::default(),
        Some(figure) => {
            let [value, low, high] = [figure.value, figure.low, figure.high].map(number::figure);
            [value, low, high, "false".to_owned()]
        }
    }
}

/// A cell that is empty unless there is a finite figure.
pub(super) fn cell(figure: Option<f64>) -> String {
    figure.filter(|figure| figure.is_finite()).map(number::figure).unwrap_or_default()
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let check = |cell, text: &str| assert_eq!(quoted(cell), text);
        check("plain", "plain");
        check("a,b", "\"a,b\"");
        check("say \"x\"", "\"say \"\"x\"\"\"");
    }

    #[test]
    fn never_is_said_and_no_data_is_empty() {
        let check = |reading, text: &str| assert_eq!(reading_cells(reading).join(","), text);
        check(Reading::within(2.0, 1.5, 2.5), "2,1.5,2.5,false");
        check(Reading::Never, ",,,true");
        check(Reading::NoData, ",,,");
        check(Reading::exact(f64::NAN), ",,,");
    }
}
