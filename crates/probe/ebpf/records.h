/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The records that the kernel programs hand to user space. crates/probe-abi decodes them and holds
 * the same numbers; the assertions below and the tests there keep the two in step.
 * All fields are in host byte order unless their name ends in _be. Text follows the fixed part, in
 * the order of its length fields, without terminators unless stated.
 */
#ifndef BZ_RECORDS_H
#define BZ_RECORDS_H

#define BZ_VERSION 1

enum bz_kind {
	BZ_EXEC = 1,
	BZ_FORK = 2,
	BZ_EXIT = 3,
	BZ_FILE_OPEN = 4,
	BZ_FILE_DELETE = 5,
	BZ_FILE_RENAME = 6,
	BZ_CONNECT = 7,
	BZ_KINDS = 8,
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

/* bz_connect.phase */
#define BZ_PHASE_ATTEMPT 1     /* connect(2) was called */
#define BZ_PHASE_ESTABLISHED 2 /* the peer answered */
#define BZ_PHASE_FAILED 3      /* closed before it was established */
#define BZ_PHASE_LISTEN 4      /* the socket now accepts connections */

#define BZ_PATH_MAX 4096
#define BZ_ARGV_MAX 4096
#define BZ_NAME_MAX 1024
#define BZ_SCRIPT_MAX 256

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
	__u16 exe_len;
	__u16 cwd_len;
	__u16 script_len; /* what execve was asked to run */
	__u16 argv_len;   /* arguments, each ended by a zero byte */
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
	__u16 reserved;
};

/* A name as the process gave it, and the directory it is relative to when it is not absolute. */
struct bz_file_name {
	struct bz_header header;
	__u16 base_len;
	__u16 name_len;
	__u16 new_base_len; /* rename only */
	__u16 new_name_len;
};

struct bz_connect {
	struct bz_header header;
	__u64 cookie; /* names the socket: the same in every phase */
	__u32 error;  /* errno of a failed connection */
	__u8 phase;
	__u8 family;   /* 4 or 6 */
	__u8 protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	__u8 reserved;
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
};

_Static_assert(sizeof(struct bz_header) == 120, "bz_header: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_exec) == 176, "bz_exec: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_exit) == 128, "bz_exit: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_file_open) == 152, "bz_file_open: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_file_name) == 128, "bz_file_name: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_connect) == 176, "bz_connect: change crates/probe-abi too");
_Static_assert(sizeof(struct bz_counter) == 24, "bz_counter: change crates/probe-abi too");

#endif
