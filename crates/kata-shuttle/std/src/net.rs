//! `std::net`: addresses, and no sockets.

pub use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs,
};

refused! {
    "kata: a model runs the program thousands of times and has no network; use a channel instead";
    types { Incoming<'a>, TcpListener, TcpStream, UdpSocket } from net;
}
