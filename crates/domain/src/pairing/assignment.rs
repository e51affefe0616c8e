//! The optimal assignment of rows to columns (the Hungarian method with potentials, in O(rows² · columns)).

/// Assigns each row to at most one column so that the sum of the chosen values is greatest. Only positive values are
/// chosen; a row that gains nothing stays alone. `value[row][column]`, all rows of equal length.
///
/// Of several optimal assignments the same one is found every time.
pub(super) fn assign(value: &[Vec<i64>]) -> Vec<Option<usize>> {
    let columns = value.first().map_or(0, Vec::len);
    if value.len() <= columns {
        return assign_wide(value);
    }
    // The work grows with the square of the rows: the shorter side is made the rows.
    let turned: Vec<Vec<i64>> =
        (0..columns).map(|column| value.iter().map(|row| row[column]).collect()).collect();
    let mut chosen = vec![None; value.len()];
    for (column, row) in assign_wide(&turned).into_iter().enumerate() {
        if let Some(row) = row {
            chosen[row] = Some(column);
        }
    }
    chosen
}

fn assign_wide(value: &[Vec<i64>]) -> Vec<Option<usize>> {
    let rows = value.len();
    let columns = value.first().map_or(0, Vec::len);
    // One more column of value nothing for each row, so that every row can stay alone.
    let width = columns + rows;
    let cost =
        |row: usize, column: usize| -> i64 { if column < columns { -value[row][column].max(0) } else { 0 } };

    // Rows and columns are counted from 1 here; 0 stands for "none".
    let mut row_potential = vec![0_i64; rows + 1];
    let mut column_potential = vec![0_i64; width + 1];
    let mut row_of = vec![0_usize; width + 1];
    let mut previous = vec![0_usize; width + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let mut column = 0;
        let mut slack = vec![i64::MAX; width + 1];
        let mut used = vec![false; width + 1];
        loop {
            used[column] = true;
            let current = row_of[column];
            let (mut delta, mut next) = (i64::MAX, 0);
            for candidate in 1..=width {
                if used[candidate] {
                    continue;
                }
                let reduced =
                    cost(current - 1, candidate - 1) - row_potential[current] - column_potential[candidate];
                if reduced < slack[candidate] {
                    slack[candidate] = reduced;
                    previous[candidate] = column;
                }
                if slack[candidate] < delta {
                    delta = slack[candidate];
                    next = candidate;
                }
            }
            for touched in 0..=width {
                if used[touched] {
                    row_potential[row_of[touched]] += delta;
                    column_potential[touched] -= delta;
                } else if slack[touched] != i64::MAX {
                    slack[touched] -= delta;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let before = previous[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }

    let mut chosen = vec![None; rows];
    for column in 1..=columns {
        let row = row_of[column];
        if row > 0 && value[row - 1][column - 1] > 0 {
            chosen[row - 1] = Some(column - 1);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The greatest sum by trying everything.
    fn best(value: &[Vec<i64>], row: usize, taken: &mut Vec<bool>) -> i64 {
        if row == value.len() {
            return 0;
        }
        let mut most = best(value, row + 1, taken);
        for column in 0..taken.len() {
            if !taken[column] && value[row][column] > 0 {
                taken[column] = true;
                most = most.max(value[row][column] + best(value, row + 1, taken));
                taken[column] = false;
            }
        }
        most
    }

    #[test]
    fn the_greedy_choice_is_not_always_taken() {
        assert_eq!(assign(&[vec![10, 9], vec![9, 1]]), [Some(1), Some(0)]);
        assert_eq!(assign(&[vec![5], vec![-1]]), [Some(0), None]);
        assert_eq!(assign(&[]), []);
        assert_eq!(assign(&[vec![]]), [None]);
    }

    proptest! {
        #[test]
        fn the_sum_is_the_greatest_there_is(
            value in (1_usize..6, 0_usize..6).prop_flat_map(|(rows, columns)| {
                prop::collection::vec(prop::collection::vec(-5_i64..20, columns), rows)
            })
        ) {
            let chosen = assign(&value);
            let mut columns: Vec<_> = chosen.iter().flatten().collect();
            let count = columns.len();
            columns.sort();
            columns.dedup();
            prop_assert_eq!(columns.len(), count, "no column twice");
            let sum: i64 = chosen.iter().enumerate().filter_map(|(row, c)| c.map(|c| value[row][c])).sum();
            prop_assert_eq!(sum, best(&value, 0, &mut vec![false; value[0].len()]));
        }
    }
}
