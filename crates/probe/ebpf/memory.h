/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Code that comes into a process after it started: libraries, memory both writable and executable. */

#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_ANONYMOUS 0x20
#define BY_MMAP 1
#define BY_MPROTECT 2

/* Which program has loaded which file: told once for each version of it. */
struct loaded_key {
	__u64 program;
	__u64 inode;
	__u64 changed_ns;
	__u32 device;
	__u32 reserved;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct loaded_key);
	__type(value, __u8);
} loaded SEC(".maps");

static __always_inline int on_image(__u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of(fd);
	struct loaded_key key = {};
	struct inode *inode;
	__u8 yes = 1;

	if (!file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	key.program = (__u64)BPF_CORE_READ(task, mm, exe_file, f_inode);
	key.inode = BPF_CORE_READ(inode, i_ino);
	key.changed_ns = changed_ns(inode);
	key.device = BPF_CORE_READ(inode, i_sb, s_dev);
	if (bpf_map_lookup_elem(&loaded, &key) || is_own())
		return 0;
	bpf_map_update_elem(&loaded, &key, &yes, BPF_ANY);
	return send_file_operation(BZ_OP_IMAGE_LOAD, file, key.inode, key.device,
				   BPF_CORE_READ(inode, i_size), key.changed_ns);
}

static __always_inline int on_writable_code(unsigned long address, unsigned long length,
					    unsigned long protection, __u64 how)
{
	/* A compiler at run time makes thousands of these: once for each process and way. */
	if (is_own() || is_said(BZ_OP_WRITABLE_CODE, how, 60 * 1000000000ull)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_bare(BZ_OP_WRITABLE_CODE, address, length, protection, how);
}

/* For sys_exit_mmap. */
SEC("tracepoint")
int bz_mmap(struct syscall_exit *context)
{
	unsigned long protection = argument(2);

	if (!(protection & PROT_EXEC) || context->ret < 0)
		return 0;
	if (protection & PROT_WRITE)
		on_writable_code(context->ret, argument(1), protection, BY_MMAP);
	if (argument(3) & MAP_ANONYMOUS)
		return 0;
	return on_image(argument(4));
}

/* For sys_exit of mprotect and pkey_mprotect. */
SEC("tracepoint")
int bz_mprotect(struct syscall_exit *context)
{
	unsigned long protection = argument(2);

	if ((protection & (PROT_EXEC | PROT_WRITE)) != (PROT_EXEC | PROT_WRITE) || context->ret < 0)
		return 0;
	return on_writable_code(argument(0), argument(1), protection, BY_MPROTECT);
}

/* For sys_exit_memfd_create. */
SEC("tracepoint")
int bz_memfd(struct syscall_exit *context)
{
	if (context->ret < 0 || is_own())
		return 0;
	if (is_said(BZ_OP_MEMFD, 0, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_user_texts(BZ_OP_MEMFD, argument(0), 0, 0, argument(1), 0);
}
