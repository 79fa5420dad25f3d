//! Which of the names that exist was probably meant.

/// The nearest of the candidates, if one is near enough: letter case aside equal, or few slips away.
pub(crate) fn nearest<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    /// Longer names are no slips of the pen, and cost time.
    const MAX_NAME: usize = 100;
    if wrong.is_empty() || wrong.len() > MAX_NAME {
        return None;
    }
    let lower = wrong.to_lowercase();
    let allowed = (wrong.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_NAME && *candidate != wrong)
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(slips, _)| *slips <= allowed)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Damerau-Levenshtein (optimal string alignment): insertions, deletions, replacements, swaps.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous_left = None;
    for (row, l) in left.chars().enumerate() {
        let mut current = Vec::with_capacity(right.len() + 1);
        current.push(row + 1);
        let mut previous_right = None;
        for (column, &r) in right.iter().enumerate() {
            let at =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, column) + usize::from(l != r))
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            if column > 0 && previous_left == Some(r) && previous_right == Some(l) {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
            previous_right = Some(r);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_left = Some(l);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_and_a_swap_is_one() {
        assert_eq!(distance("proces", "process"), 1);
        assert_eq!(distance("hwere", "where"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn the_nearest_name_is_suggested_and_a_distant_one_is_not() {
        let names = ["ProcessCommandLine", "ProcessId", "FileName"];
        assert_eq!(nearest("ProcesCommandLine", names).as_deref(), Some("ProcessCommandLine"));
        assert_eq!(nearest("filename", names).as_deref(), Some("FileName"));
        assert_eq!(nearest("Banana", names), None);
    }
}
