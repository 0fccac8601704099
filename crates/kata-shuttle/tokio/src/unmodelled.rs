//! What a model has no equivalent of: it is marked, with a note that starts with `kata:` and says what to use instead,
//! and the checker refuses it.

/// Items that are refused.
macro_rules! refused {
    ($what:literal;
     $(types $($type:ident)*;)? $(traits $($trait:ident)*;)?
     $(fn $function:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*
    ) => {
        $($(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            #[derive(Debug)]
            pub enum $type {}
        )*)?
        $($(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            pub trait $trait {}
        )*)?
        $(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            #[allow(clippy::missing_errors_doc, clippy::must_use_candidate, reason = "nobody gets to call it")]
            pub fn $function($($argument: $kind),*) -> std::future::Ready<$result> {
                $(let _ = $argument;)*
                unreachable!($what)
            }
        )*
    };
}

pub mod net {
    //! `tokio::net`, which is refused.
    refused! {
        "kata: a model runs the program thousands of times and has no network; use a channel of `tokio::sync` instead";
        types TcpListener TcpSocket TcpStream UdpSocket UnixDatagram UnixListener UnixSocket UnixStream;
        traits ToSocketAddrs;
        fn lookup_host(host: &str) -> std::io::Result<std::vec::IntoIter<std::net::SocketAddr>>;
    }
}

pub mod fs {
    //! `tokio::fs`, which is refused.
    use std::io;
    use std::path::Path;

    refused! {
        "kata: a model runs the program thousands of times and has no files; keep the state in memory instead";
        types DirBuilder DirEntry File OpenOptions ReadDir;
        fn create_dir(path: impl AsRef<Path>) -> io::Result<()>;
        fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()>;
        fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64>;
        fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>>;
        fn read_to_string(path: impl AsRef<Path>) -> io::Result<String>;
        fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()>;
        fn remove_file(path: impl AsRef<Path>) -> io::Result<()>;
        fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()>;
        fn try_exists(path: impl AsRef<Path>) -> io::Result<bool>;
        fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()>;
    }
}

pub mod io {
    //! `tokio::io`, which is refused.
    refused! {
        "kata: a model has nothing to read from and to write to; send values through a channel of `tokio::sync` instead";
        types BufReader BufStream BufWriter DuplexStream Empty Join Lines ReadBuf ReadHalf Repeat SimplexStream Sink
            Stderr Stdin Stdout Take WriteHalf;
        traits AsyncBufRead AsyncBufReadExt AsyncRead AsyncReadExt AsyncSeek AsyncSeekExt AsyncWrite AsyncWriteExt;
        fn duplex(size: usize) -> ();
        fn stderr() -> ();
        fn stdin() -> ();
        fn stdout() -> ();
    }
}

pub mod process {
    //! `tokio::process`, which is refused.
    refused! {
        "kata: a model runs the program thousands of times and starts no processes; use a task instead";
        types Child ChildStderr ChildStdin ChildStdout Command;
    }
}

pub mod signal {
    //! `tokio::signal`, which is refused.
    refused! {
        "kata: nobody sends signals to a model; use a `tokio::sync::watch` channel or a `Notify` instead";
        fn ctrl_c() -> std::io::Result<()>;
    }

    pub mod unix {
        //! `tokio::signal::unix`, which is refused.
        refused! {
            "kata: nobody sends signals to a model; use a `tokio::sync::watch` channel or a `Notify` instead";
            types Signal SignalKind;
        }
    }
}

pub(crate) mod rest {
    //! Items of modules that are modelled otherwise.
    pub(crate) mod runtime {
        //! `tokio::runtime`.
        refused! {
            "kata: a LocalRuntime is not modelled; use a current_thread Runtime with a LocalSet instead";
            types LocalRuntime LocalOptions;
        }
    }
    pub(crate) mod metrics {
        //! `tokio::runtime`.
        refused! {
            "kata: a model measures nothing; count what matters in the program instead";
            types RuntimeMetrics;
        }
    }
    pub(crate) mod lock {
        //! `tokio::sync`.
        refused! {
            "kata: this guard is not modelled; borrow the part from the whole guard instead";
            types MappedRwLockWriteGuard OwnedMappedMutexGuard OwnedRwLockMappedWriteGuard RwLockMappedWriteGuard;
        }
    }
}
