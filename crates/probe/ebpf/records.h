/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The records that the kernel programs hand to user space. crates/probe-abi decodes them and holds
 * the same numbers; the assertions below and the tests there keep the two in step.
 * All fields are in host byte order unless their name ends in _be. Text follows the fixed part, in
 * the order of its length fields, without terminators unless stated.
 */
#ifndef BZ_RECORDS_H
#define BZ_RECORDS_H

#define BZ_VERSION 2

enum bz_kind {
	BZ_THREAD = 0, /* counted only */
	BZ_EXEC = 1,
	BZ_FORK = 2,
	BZ_EXIT = 3,
	BZ_FILE_OPEN = 4,
	BZ_FILE_DELETE = 5,
	BZ_FILE_RENAME = 6,
	BZ_CONNECT = 7,
	BZ_FILE_NAMED = 8, /* links, attributes and whatever else is told by name alone */
	BZ_OPERATION = 9,  /* everything that is neither process, file nor connection */
	BZ_DNS = 10,
	BZ_KINDS = 11,
};

/* bz_file_name.code of BZ_FILE_NAMED */
#define BZ_NAMED_LINK 1         /* new_name is another name of name */
#define BZ_NAMED_SYMLINK 2      /* new_name leads to name, which is only text */
#define BZ_NAMED_MODE 3         /* args: mode */
#define BZ_NAMED_OWNER 4        /* args: user, group */
#define BZ_NAMED_XATTR 5        /* new_name: the attribute */
#define BZ_NAMED_XATTR_GONE 6   /* new_name: the attribute */
#define BZ_NAMED_TIMES 7        /* access and change time set by hand */
#define BZ_NAMED_TRUNCATED 8    /* args: length */
#define BZ_NAMED_OPEN 9         /* asked for without a descriptor of its own; args: flags */

/* bz_operation.code; what args, text and more mean stands beside each */
enum bz_operation_code {
	BZ_OP_PTRACE = 1,      /* request, process id in the caller's namespace, its level */
	BZ_OP_MEMORY_WRITE,    /* 0, process id, level: process_vm_writev */
	BZ_OP_MEMORY_READ,     /* 0, process id, level: process_vm_readv */
	BZ_OP_PROC_MEM,        /* f_mode, process id, level; text: path of /proc/N/mem */
	BZ_OP_FD_TAKEN,        /* descriptor, process id, level 0: pidfd_getfd */
	BZ_OP_SIGNAL,          /* signal; the target is in target_* */
	BZ_OP_SENSITIVE_READ,  /* inode, device, size; text: path */
	BZ_OP_DEVICE_OPEN,     /* device, f_mode, S_IFMT; text: path */
	BZ_OP_KERNEL_WRITE,    /* s_magic; text: path below /proc, /sys … */
	BZ_OP_UNIX_CONNECT,    /* text: path of the socket */
	BZ_OP_RAW_SOCKET,      /* family, type, protocol */
	BZ_OP_SOCKET_FILTER,   /* option */
	BZ_OP_MODULE_LOAD,     /* text: name; more: file */
	BZ_OP_MODULE_UNLOAD,   /* text: name */
	BZ_OP_BPF,             /* command, program type, program id; text: name */
	BZ_OP_KEXEC,           /* text: kernel file */
	BZ_OP_REBOOT,          /* command, errno: it was refused */
	BZ_OP_MOUNT,           /* flags; text: target; more: source; last: type */
	BZ_OP_UNMOUNT,         /* flags; text: target */
	BZ_OP_NAMESPACE,       /* CLONE_NEW flags, how (1 unshare, 2 setns, 3 clone) */
	BZ_OP_CHROOT,          /* text: new root */
	BZ_OP_PIVOT_ROOT,      /* text: new root */
	BZ_OP_WRITABLE_CODE,   /* address, length, protection, how (1 mmap, 2 mprotect); text: file */
	BZ_OP_MEMFD,           /* flags; text: name */
	BZ_OP_SET_ID,          /* effective capabilities; the header says who it is now */
	BZ_OP_NAME_CHANGED,    /* option of prctl, its argument; text: the name */
	BZ_OP_IO_URING,        /* opcode */
	BZ_OP_TIME_SET,        /* clock, seconds */
	BZ_OP_EXEC_FAILED,     /* errno; text: file name */
	BZ_OP_IMAGE_LOAD,      /* inode, device, size, change time; text: path */
};

/* bz_header.flags */
#define BZ_F_PATH_CUT (1u << 0)      /* a path was longer than its bound: its front is missing */
#define BZ_F_ARGV_CUT (1u << 1)      /* argv was longer than BZ_ARGV_MAX */
#define BZ_F_ARGV_MISSING (1u << 2)  /* argv could not be read */
#define BZ_F_DETACHED (1u << 3)      /* the file hangs in no mounted tree (memfd, deleted mount) */
#define BZ_F_DELETED (1u << 4)       /* no name leads to the file any more */
#define BZ_F_CREATED (1u << 5)       /* this open made the file */
#define BZ_F_NAME_CUT (1u << 6)      /* a name given by the process was longer than BZ_NAME_MAX */
#define BZ_F_DIRECTORY (1u << 7)     /* the removed thing was a directory */
#define BZ_F_IO_URING (1u << 8)      /* asked for through io_uring */
#define BZ_F_SCRIPT (1u << 9)        /* execve was given a script; exe is its interpreter */
#define BZ_F_SECURE (1u << 10)       /* the exec gained rights: setuid, setgid or capabilities */
#define BZ_F_RESPONSE (1u << 11)     /* a packet that came in */
#define BZ_F_NAMES_CUT (1u << 12)    /* not all of the environment was looked at */

/* bz_connect.phase */
#define BZ_PHASE_ATTEMPT 1     /* connect(2) was called */
#define BZ_PHASE_ESTABLISHED 2 /* the peer answered */
#define BZ_PHASE_FAILED 3      /* closed before it was established */
#define BZ_PHASE_LISTEN 4      /* the socket now accepts connections, or takes datagrams */
#define BZ_PHASE_ACCEPTED 5    /* accept(2) gave out a connection */

#define BZ_PATH_MAX 4096
#define BZ_ARGV_MAX 4096
#define BZ_NAME_MAX 1024
#define BZ_SCRIPT_MAX 512
#define BZ_ROOT_MAX 512
#define BZ_ENV_MAX 1536
#define BZ_DNS_MAX 512

struct bz_header {
	__u16 kind;
	__u16 version;
	__u32 size;
	__u32 cpu;
	__u32 flags;
	__u64 sequence; /* per CPU and ring, counted up also for records that were lost */
	__u64 time_ns;  /* since boot, suspend included */
	__u64 start_ns; /* of the thread group leader */
	__u64 parent_start_ns;
	__u64 cgroup_id;
	__u64 exec_id;
	__u32 pid; /* thread group id */
	__u32 tid;
	__u32 parent_pid;
	__u32 uid;
	__u32 gid;
	__u32 euid;
	__u32 egid;
	__u32 login_uid;
	__u32 session_id;
	__u32 mount_ns;
	char comm[16];
};

struct bz_exec {
	struct bz_header header;
	__u64 inode;
	__u64 file_size;
	__u64 file_changed_ns; /* ctime of the inode since 1970 */
	__u32 device; /* the kernel's encoding: major << 20 | minor */
	__u32 mode;
	__u32 links;
	__u32 file_uid;
	__u32 file_gid;
	__u32 argv_total;
	__u64 cap_effective;
	__u32 pid_ns;
	__u32 net_ns;
	__u32 user_ns;
	__u16 exe_len;
	__u16 cwd_len;
	__u16 root_len;   /* the process's own root, when it is not that of its mount namespace */
	__u16 script_len; /* what execve was asked to run */
	__u16 argv_len;   /* arguments, each ended by a zero byte */
	__u16 env_len;    /* variables of interest, each ended by a zero byte */
};

struct bz_exit {
	struct bz_header header;
	__u32 exit_code; /* as wait(2) gives it */
	__u32 reserved;
};

struct bz_file_open {
	struct bz_header header;
	__u64 inode;
	__u64 file_size;
	__u32 device;
	__u32 mode;
	__u32 open_flags;
	__u16 path_len;
	__u16 repeats; /* openings like this one that were not told since the last that was */
};

/* A name as the process gave it, and the directory it is relative to when it is not absolute. */
struct bz_file_name {
	struct bz_header header;
	__u64 args[2];
	__u32 code; /* BZ_FILE_NAMED only */
	__u32 reserved;
	__u16 base_len;
	__u16 name_len;
	__u16 new_base_len; /* renames and links only */
	__u16 new_name_len;
};

struct bz_operation {
	struct bz_header header;
	__u64 args[4];
	__u64 target_start_ns; /* 0: the target is only known by the number in args */
	__u32 target_pid;
	__u32 target_uid;
	__u32 code;
	__u16 text_len;
	__u16 more_len;
	__u16 last_len;
	__u16 reserved;
	__u32 reserved2;
};

struct bz_dns {
	struct bz_header header;
	__u64 cookie;
	__u16 server_port;
	__u8 family; /* 4 or 6 */
	__u8 reserved;
	__u16 length; /* of the payload that is here */
	__u16 total;  /* of the payload that was sent */
	__u8 server_address[16];
	__u8 payload[BZ_DNS_MAX];
};

struct bz_connect {
	struct bz_header header;
	__u64 cookie; /* names the socket: the same in every phase */
	__u32 error;  /* errno of a failed connection */
	__u8 phase;
	__u8 family;   /* 4 or 6 */
	__u8 protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 muted;    /* inside the kernel only */
	__u16 local_port;
	__u16 remote_port;
	__u32 reserved2;
	__u8 local_address[16]; /* IPv4 in the first four bytes */
	__u8 remote_address[16];
};

/* One per CPU and kind. */
struct bz_counter {
	__u64 sent;
	__u64 lost;
	__u64 bytes;
	__u64 merged; /* repeats that were left out on purpose */
};

_Static_assert(sizeof(struct bz_header) == 120, "bz_header: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_exec) == 200, "bz_exec: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_exit) == 128, "bz_exit: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_file_open) == 152, "bz_file_open: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_file_name) == 152, "bz_file_name: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_connect) == 176, "bz_connect: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_operation) == 184, "bz_operation: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_dns) == 664, "bz_dns: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_counter) == 32, "bz_counter: change crates/probe-abi too");

#endif
