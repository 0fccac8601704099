pub fn dine(table: &Table, seat: usize) {
    let seats = table.forks.len();
    let left = table.forks[seat].lock().unwrap();
    let right = table.forks[(seat + 1) % seats].lock().unwrap();
    eat(&left, &right);
}
