//! PHP's sorting algorithm, step by step, because the steps show in the result when the comparison
//! is no order: insertion sort up to 16 elements, quicksort with a median of three (of five from
//! 1,024 elements on) above. Facts from `Zend/zend_sort.c` of php-src.

use std::cell::Cell;

/// Up to this length elements are inserted one by one.
const INSERTION_LIMIT: usize = 16;
/// From this length on the pivot is a median of five.
const MEDIAN_OF_FIVE: usize = 1024;

/// Sorts `order` by `greater`, which need not be transitive but must be antisymmetric.
///
/// Input made for the purpose can drive quicksort into quadratic time. Once it has cost many times
/// what honest input costs, a merge sort takes over: nobody waited for PHP to sign such a thing.
pub(super) fn sort(order: &mut [usize], greater: impl Fn(usize, usize) -> bool) {
    let original = order.to_vec();
    let bits = order.len().max(2).ilog2() as usize;
    let sorter = Sorter { greater, budget: Cell::new(64 * order.len() * bits) };
    if sorter.sort(order).is_none() {
        order.copy_from_slice(&original);
        merge_sort(order, &sorter.greater);
    }
}

struct Sorter<F> {
    greater: F,
    /// How many comparisons are left.
    budget: Cell<usize>,
}

impl<F: Fn(usize, usize) -> bool> Sorter<F> {
    /// `None` when the budget is used up; the slice is then in no particular order.
    fn sort(&self, mut slice: &mut [usize]) -> Option<()> {
        while slice.len() > INSERTION_LIMIT {
            let middle = self.partition(slice)?;
            let (left, right) = slice.split_at_mut(middle);
            let right = &mut right[1..];
            // The longer part is next in this loop, so that the depth stays logarithmic.
            if left.len() < right.len() {
                self.sort(left)?;
                slice = right;
            } else {
                self.sort(right)?;
                slice = left;
            }
        }
        self.insertion_sort(slice);
        Some(())
    }

    fn greater(&self, left: usize, right: usize) -> bool {
        self.budget.set(self.budget.get().saturating_sub(1));
        (self.greater)(left, right)
    }

    /// Puts a pivot into its final place, smaller elements before it and greater ones after it,
    /// and returns that place.
    fn partition(&self, slice: &mut [usize]) -> Option<usize> {
        let last = slice.len() - 1;
        let half = slice.len() / 2;
        if slice.len() >= MEDIAN_OF_FIVE {
            let quarter = half / 2;
            self.sort_five(slice, [0, quarter, half, half + quarter, last]);
        } else {
            self.sort_three(slice, [0, half, last]);
        }
        slice.swap(1, half);
        let boundary = self.exchange(slice, 2, last);
        slice.swap(1, boundary - 1);
        (self.budget.get() > 0).then_some(boundary - 1)
    }

    /// Moves elements between `low` and `high` to their side of the pivot, which lies at 1. Returns
    /// where the upper side begins.
    fn exchange(&self, slice: &mut [usize], mut low: usize, mut high: usize) -> usize {
        loop {
            while self.greater(slice[1], slice[low]) {
                low += 1;
                if low == high {
                    return low;
                }
            }
            high -= 1;
            if high == low {
                return low;
            }
            while self.greater(slice[high], slice[1]) {
                high -= 1;
                if high == low {
                    return low;
                }
            }
            slice.swap(low, high);
            low += 1;
            if low == high {
                return low;
            }
        }
    }

    fn insertion_sort(&self, slice: &mut [usize]) {
        match slice.len() {
            0 | 1 => {}
            2 => self.sort_two(slice, [0, 1]),
            3 => self.sort_three(slice, [0, 1, 2]),
            4 => self.sort_four(slice, [0, 1, 2, 3]),
            5 => self.sort_five(slice, [0, 1, 2, 3, 4]),
            length => {
                for place in 1..length {
                    let target = self.insertion_place(slice, place);
                    slice[target..=place].rotate_right(1);
                }
            }
        }
    }

    /// Where the element at `place` belongs among the sorted ones before it. The first six look
    /// back one step at a time, the others two.
    fn insertion_place(&self, slice: &[usize], place: usize) -> usize {
        let element = slice[place];
        let mut at = place - 1;
        if !self.greater(slice[at], element) {
            return place;
        }
        if place < 6 {
            while at > 0 && self.greater(slice[at - 1], element) {
                at -= 1;
            }
            return at;
        }
        loop {
            at -= 2;
            if !self.greater(slice[at], element) {
                let next = at + 1;
                return if self.greater(slice[next], element) { next } else { next + 1 };
            }
            match at {
                0 => return 0,
                1 => return usize::from(self.greater(element, slice[0])),
                _ => {}
            }
        }
    }

    fn sort_two(&self, slice: &mut [usize], [a, b]: [usize; 2]) {
        if self.greater(slice[a], slice[b]) {
            slice.swap(a, b);
        }
    }

    fn sort_three(&self, slice: &mut [usize], [a, b, c]: [usize; 3]) {
        if !self.greater(slice[a], slice[b]) {
            if self.greater(slice[b], slice[c]) {
                slice.swap(b, c);
                self.sort_two(slice, [a, b]);
            }
        } else if self.greater(slice[b], slice[c]) {
            slice.swap(a, c);
        } else {
            slice.swap(a, b);
            self.sort_two(slice, [b, c]);
        }
    }

    fn sort_four(&self, slice: &mut [usize], [a, b, c, d]: [usize; 4]) {
        self.sort_three(slice, [a, b, c]);
        self.sink(slice, &[a, b, c, d]);
    }

    fn sort_five(&self, slice: &mut [usize], [a, b, c, d, e]: [usize; 5]) {
        self.sort_four(slice, [a, b, c, d]);
        self.sink(slice, &[a, b, c, d, e]);
    }

    /// Lets the element at the last of `places` go down while its neighbour is greater.
    fn sink(&self, slice: &mut [usize], places: &[usize]) {
        for pair in places.windows(2).rev() {
            if !self.greater(slice[pair[0]], slice[pair[1]]) {
                return;
            }
            slice.swap(pair[0], pair[1]);
        }
    }
}

fn merge_sort(slice: &mut [usize], greater: &impl Fn(usize, usize) -> bool) {
    let middle = slice.len() / 2;
    if middle == 0 {
        return;
    }
    merge_sort(&mut slice[..middle], greater);
    merge_sort(&mut slice[middle..], greater);
    let left = slice[..middle].to_vec();
    let (mut from_left, mut from_right) = (0, middle);
    for target in 0..slice.len() {
        let left_is_used_up = from_left == left.len();
        let take_right = from_right < slice.len()
            && (left_is_used_up || greater(left[from_left], slice[from_right]));
        if take_right {
            slice[target] = slice[from_right];
            from_right += 1;
        } else {
            slice[target] = left[from_left];
            from_left += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn honest_input_of_every_length_is_sorted() {
        for length in [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 40, 1023, 1024, 3000] {
            // A step that has no divisor in common with the length visits every number once.
            let mut order: Vec<_> = (0..length).map(|n| n * 7919 % length).collect();
            sort(&mut order, |a, b| a > b);
            assert_eq!(order, (0..length).collect::<Vec<_>>());
        }
    }

    /// The adversary of McIlroy (1999) decides what is greater while it is being asked, so that
    /// quicksort always splits off next to nothing.
    #[test]
    fn an_adversary_cannot_make_it_quadratic() {
        const LENGTH: usize = 20_000;
        struct Adversary {
            values: Vec<usize>,
            solid: usize,
            candidate: usize,
            asked: usize,
        }
        let adversary = RefCell::new(Adversary {
            values: vec![LENGTH; LENGTH],
            solid: 0,
            candidate: 0,
            asked: 0,
        });
        let greater = |a: usize, b: usize| {
            let mut this = adversary.borrow_mut();
            this.asked += 1;
            if this.values[a] == LENGTH && this.values[b] == LENGTH {
                let frozen = if a == this.candidate { a } else { b };
                this.values[frozen] = this.solid;
                this.solid += 1;
            }
            if this.values[a] == LENGTH {
                this.candidate = a;
            } else if this.values[b] == LENGTH {
                this.candidate = b;
            }
            this.values[a] > this.values[b]
        };
        let mut order: Vec<_> = (0..LENGTH).collect();
        sort(&mut order, greater);
        let adversary = adversary.into_inner();
        assert!(order.is_sorted_by_key(|place| adversary.values[*place]));
        assert!(adversary.asked < 100 * LENGTH * 15, "asked {} times", adversary.asked);
        assert!(adversary.asked > 50 * LENGTH * 14, "the adversary has become harmless");
    }
}
