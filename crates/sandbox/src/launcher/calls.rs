//! The system calls that a process can make.

use std::collections::BTreeMap;

use anyhow::Context as _;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use crate::Stage;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Filters the calls of this process and of everything that it starts, for good.
pub(super) fn filter(stage: Stage) -> anyhow::Result<()> {
    // The first filter that is installed is asked last; of several answers the strictest counts.
    let filters = match stage {
        Stage::Compile => vec![unknown(never())?, refused(without_new_namespaces())?],
        Stage::RunProcesses => vec![unknown(never())?, refused(without_new_namespaces())?, refused(far_away())?],
        // The last one forbids to install another.
        Stage::Run => vec![refused(far_away())?, allowed(needed())?],
    };
    for filter in filters {
        apply_filter(&filter).context("cannot filter system calls")?;
    }
    Ok(())
}

/// Answers as a kernel does that has no such call: libraries then take an older one.
fn unknown(rules: Rules) -> anyhow::Result<BpfProgram> {
    program(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.cast_unsigned()))
}

fn refused(rules: Rules) -> anyhow::Result<BpfProgram> {
    program(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM.cast_unsigned()))
}

fn allowed(rules: Rules) -> anyhow::Result<BpfProgram> {
    program(rules, SeccompAction::Errno(libc::ENOSYS.cast_unsigned()), SeccompAction::Allow)
}

fn program(rules: Rules, otherwise: SeccompAction, matched: SeccompAction) -> anyhow::Result<BpfProgram> {
    let architecture = std::env::consts::ARCH.try_into().context("no filter for this processor")?;
    let filter = SeccompFilter::new(rules, otherwise, matched, architecture).context("cannot make a filter")?;
    filter.try_into().context("cannot make a filter of system calls")
}

/// A rule for each call, whatever its arguments are.
fn always(calls: &[i64]) -> Rules {
    calls.iter().map(|&call| (call, Vec::new())).collect()
}

/// A condition on the lower half of an argument.
fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> SeccompCondition {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).expect("a call has six arguments")
}

fn rule(conditions: Vec<SeccompCondition>) -> SeccompRule {
    SeccompRule::new(conditions).expect("it has conditions")
}

/// What no compiler and no kata does.
fn never() -> Rules {
    let mut calls = vec![
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_process_madvise,
        libc::SYS_kcmp,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_open_tree,
        libc::SYS_move_mount,
        libc::SYS_fsopen,
        libc::SYS_fsconfig,
        libc::SYS_fsmount,
        libc::SYS_fspick,
        libc::SYS_mount_setattr,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_socket,
        libc::SYS_memfd_create,
        libc::SYS_memfd_secret,
        libc::SYS_shmget,
        libc::SYS_msgget,
        libc::SYS_semget,
        libc::SYS_mq_open,
        libc::SYS_mknodat,
        libc::SYS_name_to_handle_at,
        libc::SYS_open_by_handle_at,
        libc::SYS_quotactl,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_reboot,
        libc::SYS_syslog,
        libc::SYS_acct,
        libc::SYS_kexec_load,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_setsid,
        libc::SYS_setpgid,
        // Its flags are in memory, where no filter can read them; libraries then take `clone`.
        libc::SYS_clone3,
    ];
    #[cfg(target_arch = "x86_64")]
    calls.push(libc::SYS_mknod);
    always(&calls)
}

/// New namespaces would give powers over what is in them.
fn without_new_namespaces() -> Rules {
    let namespaces = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let rules = namespaces.map(|flag| {
        let flag = u64::from(flag.cast_unsigned());
        rule(vec![condition(0, SeccompCmpOp::MaskedEq(flag), flag)])
    });
    BTreeMap::from([(libc::SYS_clone, rules.to_vec())])
}

/// Places in a file that no file of a kata reaches, and steps towards them. A program that has a `/proc` could read in
/// its own memory what the checker knows, and that is where it lies.
fn far_away() -> Rules {
    let far = |argument| {
        let place = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Gt, u64::from(u32::MAX));
        place.expect("a call has six arguments")
    };
    let relative = u64::from(libc::SEEK_CUR.cast_unsigned());
    let step = SeccompCondition::new(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0);
    let step = step.expect("a call has six arguments");
    let mut rules = always(&[libc::SYS_preadv, libc::SYS_preadv2, libc::SYS_pwritev, libc::SYS_pwritev2]);
    rules.insert(libc::SYS_pread64, vec![rule(vec![far(3)])]);
    rules.insert(libc::SYS_pwrite64, vec![rule(vec![far(3)])]);
    rules.insert(libc::SYS_lseek, vec![rule(vec![far(1)]), rule(vec![condition(2, SeccompCmpOp::Eq, relative), step])]);
    rules
}

/// What a Rust program with threads needs: memory, time, locks, its own files and pipes.
fn needed() -> Rules {
    let mut rules = always(&[
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_pread64,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_lseek,
        libc::SYS_openat,
        libc::SYS_close,
        libc::SYS_close_range,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_faccessat,
        libc::SYS_faccessat2,
        libc::SYS_readlinkat,
        libc::SYS_getdents64,
        libc::SYS_getcwd,
        libc::SYS_fcntl,
        libc::SYS_dup,
        libc::SYS_dup3,
        libc::SYS_pipe2,
        libc::SYS_eventfd2,
        libc::SYS_epoll_create1,
        libc::SYS_epoll_ctl,
        libc::SYS_epoll_pwait,
        libc::SYS_epoll_pwait2,
        libc::SYS_ppoll,
        libc::SYS_pselect6,
        libc::SYS_timerfd_create,
        libc::SYS_timerfd_settime,
        libc::SYS_timerfd_gettime,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigtimedwait,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_futex,
        libc::SYS_set_robust_list,
        libc::SYS_get_robust_list,
        libc::SYS_set_tid_address,
        libc::SYS_rseq,
        libc::SYS_membarrier,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_getparam,
        libc::SYS_sched_getscheduler,
        libc::SYS_getcpu,
        libc::SYS_nanosleep,
        libc::SYS_clock_nanosleep,
        libc::SYS_clock_gettime,
        libc::SYS_clock_getres,
        libc::SYS_gettimeofday,
        libc::SYS_times,
        libc::SYS_getrusage,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_getppid,
        libc::SYS_gettid,
        libc::SYS_getuid,
        libc::SYS_geteuid,
        libc::SYS_getgid,
        libc::SYS_getegid,
        libc::SYS_uname,
        libc::SYS_sysinfo,
        libc::SYS_exit,
        libc::SYS_exit_group,
        // What can be started is confined as this is, and no new process can be made for it.
        libc::SYS_execve,
    ]);
    #[cfg(target_arch = "x86_64")]
    rules.extend(always(&[
        libc::SYS_open,
        libc::SYS_stat,
        libc::SYS_lstat,
        libc::SYS_access,
        libc::SYS_readlink,
        libc::SYS_dup2,
        libc::SYS_pipe,
        libc::SYS_poll,
        libc::SYS_epoll_wait,
        libc::SYS_arch_prctl,
        libc::SYS_time,
    ]));
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    rules.insert(libc::SYS_clone, vec![rule(vec![condition(0, SeccompCmpOp::MaskedEq(thread), thread)])]);
    // Its own limits, which can only become stricter.
    rules.insert(libc::SYS_prlimit64, vec![rule(vec![condition(0, SeccompCmpOp::Eq, 0)])]);
    rules.insert(
        libc::SYS_prctl,
        [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_PDEATHSIG, PR_SET_VMA]
            .map(|what| rule(vec![condition(0, SeccompCmpOp::Eq, u64::from(what.cast_unsigned()))]))
            .to_vec(),
    );
    // A signal to itself, which is how a program aborts. What becomes of this process keeps its number; in namespaces of
    // its own, there is nobody else.
    let own = u64::from(std::process::id());
    let itself = vec![rule(vec![condition(0, SeccompCmpOp::Eq, own)])];
    rules.insert(libc::SYS_tgkill, itself.clone());
    rules.insert(libc::SYS_rt_tgsigqueueinfo, itself.clone());
    rules.insert(libc::SYS_kill, itself);
    // Two connected ends within this process: runtimes tell themselves of signals in this way.
    let local = u64::from(libc::AF_UNIX.cast_unsigned());
    rules.insert(libc::SYS_socketpair, vec![rule(vec![condition(0, SeccompCmpOp::Eq, local)])]);
    rules.insert(libc::SYS_sendto, Vec::new());
    rules.insert(libc::SYS_recvfrom, Vec::new());
    rules
}

/// Names a piece of memory, as libraries do in newer versions.
const PR_SET_VMA: libc::c_int = 0x5356_4d41;
