//! verdict: output-flood
//! tries: to fill the disk with what it prints
// --- in transfer
loop {
    println!("again and again and again");
}
