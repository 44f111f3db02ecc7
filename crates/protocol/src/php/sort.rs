//! `ksort` with default flags, as PHP 8.2 does it.
//!
//! PHP compares keys by rules that are no order: 9 < 10, 10 < "9a" as texts, and so on in
//! circles, as soon as numbers, numeric texts and other texts meet. The result then depends on the
//! sorting algorithm, so both are reproduced: the comparison in `compare`, the algorithm in
//! `hybrid`. Every other set of keys has exactly one sorted order, and any algorithm finds it.

mod compare;
mod hybrid;

use self::compare::SortKey;
use super::Array;

/// `ksort($array)`.
pub fn ksort(array: &mut Array) {
    if let Some(order) = order(array) {
        array.reorder(&order);
    }
}

/// The places of the pairs in the order that `ksort` gives them; `None` if they stand in it.
pub(super) fn order(array: &Array) -> Option<Vec<usize>> {
    if array.is_list() {
        return None;
    }
    let keys: Vec<_> = array.iter().map(|(key, _)| SortKey::new(key)).collect();
    let mut order: Vec<_> = (0..keys.len()).collect();
    if compare::is_total_order(&keys) {
        order.sort_by(|a, b| keys[*a].compare(&keys[*b]));
    } else {
        hybrid::sort(&mut order, |a, b| keys[a].compare(&keys[b]).then(a.cmp(&b)).is_gt());
    }
    Some(order)
}

/// `ksort` of the array and of every array in it.
pub fn ksort_recursive(array: &mut Array) {
    array.arrays_mut().for_each(ksort_recursive);
    ksort(array);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::Value;

    fn sorted(keys: &[&str]) -> Vec<String> {
        let mut array: Array = keys.iter().map(|key| (*key, true)).collect();
        ksort(&mut array);
        array
            .iter()
            .map(|(key, _)| String::from_utf8(key.to_bytes().into_owned()).unwrap())
            .collect()
    }

    #[test]
    fn numbers_come_by_value_and_texts_by_bytes() {
        assert_eq!(sorted(&["b", "B", "a", "_", "10", "9"]), ["9", "10", "B", "_", "a", "b"]);
        assert_eq!(sorted(&["a", "0", "", "-1"]), ["", "-1", "0", "a"]);
        assert_eq!(sorted(&["1e3", "999", "1.5"]), ["1.5", "999", "1e3"]);
    }

    #[test]
    fn equal_numbers_keep_their_order() {
        assert_eq!(sorted(&[" 1", "1", "01", "1.0"]), [" 1", "1", "01", "1.0"]);
        assert_eq!(sorted(&["1.0", "01", "1", " 1"]), ["1.0", "01", "1", " 1"]);
    }

    #[test]
    fn nested_arrays_are_sorted_and_lists_are_left_alone() {
        let inner: Array = [("z", 1i64), ("a", 2)].into_iter().collect();
        let mut outer = Array::list(["x", "y"]);
        outer.push(inner);
        ksort_recursive(&mut outer);
        let last = outer.get("2").and_then(Value::as_array).unwrap();
        assert_eq!(*last, [("a", 2i64), ("z", 1)].into_iter().collect());
        assert_eq!(outer.get_str("1"), Some("y"));
    }
}
