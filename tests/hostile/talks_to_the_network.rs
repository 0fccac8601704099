//! verdict: rejected-source
//! tries: to call home
// --- in transfer
let _ = std::net::TcpStream::connect("127.0.0.1:80");
