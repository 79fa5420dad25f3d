/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Calls that change files by name. They are read when they have succeeded: the kernel has then
 * faulted the names in, and nothing is paid for calls that fail. Another thread of the process can
 * still rewrite its own string meanwhile.
 */

#define AT_FDCWD -100
#define AT_REMOVEDIR 0x200
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

/* Names as a call gave them. */
struct names {
	unsigned long name;
	unsigned long new_name;
	int base;
	int new_base;
	__u32 kind;
	__u32 code;
	__u32 flags;
	bool by_descriptor; /* base is the file itself; there is no name */
	bool in_kernel;     /* the names were copied into the kernel already */
	bool two;           /* new_name is a path of its own */
	__u64 args[2];
};

/* Appends the directory that a relative name starts from; the process's root for an absolute one. */
static __always_inline __u32 append_base(struct scratch *scratch, __u32 used, int base, char first)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct dentry *dentry;
	struct vfsmount *mount;
	struct file *file;
	__u32 flags = 0, length;

	if (first == '/') {
		/* Absolute means below the process's own root, which may be a chroot. */
		dentry = BPF_CORE_READ(fs, root.dentry);
		mount = BPF_CORE_READ(fs, root.mnt);
	} else if (base == AT_FDCWD) {
		dentry = BPF_CORE_READ(fs, pwd.dentry);
		mount = BPF_CORE_READ(fs, pwd.mnt);
	} else {
		file = file_of(base);
		if (!file)
			return 0;
		dentry = BPF_CORE_READ(file, f_path.dentry);
		mount = BPF_CORE_READ(file, f_path.mnt);
	}
	length = append_path(scratch, used, dentry, mount, &flags);
	scratch->header.flags |= flags & BZ_F_PATH_CUT;
	return length;
}

static __always_inline char first_of(struct names *names, unsigned long name)
{
	char first = 0;

	if (names->in_kernel)
		bpf_probe_read_kernel(&first, sizeof(first), (void *)name);
	else
		bpf_probe_read_user(&first, sizeof(first), (void *)name);
	return first;
}

static __always_inline __u32 append_name(struct scratch *scratch, __u32 used, struct names *names,
					 unsigned long name)
{
	return names->in_kernel ? append_kernel_text(scratch, used, (void *)name) :
				  append_user_text(scratch, used, name);
}

static __noinline int send_names(struct names *names)
{
	__u32 slot = SCRATCH_FILE, used = sizeof(struct bz_file_name), length;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);

	if (!scratch || !names)
		return 0;
	fill_actor(&scratch->header, bpf_get_current_task_btf());
	scratch->header.flags |= names->flags;
	scratch->file_name.code = names->code;
	scratch->file_name.reserved = 0;
	scratch->file_name.args[0] = names->args[0];
	scratch->file_name.args[1] = names->args[1];
	scratch->file_name.new_base_len = 0;
	scratch->file_name.new_name_len = 0;
	scratch->file_name.name_len = 0;

	length = append_base(scratch, used, names->base,
			     names->by_descriptor ? 0 : first_of(names, names->name));
	scratch->file_name.base_len = length;
	used += length;
	if (!names->by_descriptor) {
		length = append_name(scratch, used, names, names->name);
		scratch->file_name.name_len = length;
		used += length;
	}
	if (names->two) {
		length = append_base(scratch, used, names->new_base,
				     first_of(names, names->new_name));
		scratch->file_name.new_base_len = length;
		used += length;
	}
	if (names->new_name) {
		length = append_name(scratch, used, names, names->new_name);
		scratch->file_name.new_name_len = length;
		used += length;
	}
	send_scratch(&bulk, RING_BULK, scratch, names->kind, used);
	return 0;
}

static __always_inline void is_two(struct names *names, __u32 kind, __u32 code, int base,
				   unsigned long name, int new_base, unsigned long new_name)
{
	names->kind = kind;
	names->code = code;
	names->base = base;
	names->name = name;
	names->new_base = new_base;
	names->new_name = new_name;
	names->two = true;
}

/* Renames, links and removals. */
static __always_inline bool read_moves(struct names *names, long id)
{
	switch (id) {
#ifdef __NR_unlink
	case __NR_unlink:
		names->kind = BZ_FILE_DELETE;
		names->name = argument(0);
		return true;
#endif
	case __NR_unlinkat:
		names->kind = BZ_FILE_DELETE;
		names->base = argument(0);
		names->name = argument(1);
		names->flags = argument(2) & AT_REMOVEDIR ? BZ_F_DIRECTORY : 0;
		return true;
#ifdef __NR_rename
	case __NR_rename:
		is_two(names, BZ_FILE_RENAME, 0, AT_FDCWD, argument(0), AT_FDCWD, argument(1));
		return true;
#endif
#ifdef __NR_renameat
	case __NR_renameat:
#endif
	case __NR_renameat2:
		is_two(names, BZ_FILE_RENAME, 0, argument(0), argument(1), argument(2), argument(3));
		return true;
#ifdef __NR_link
	case __NR_link:
		is_two(names, BZ_FILE_NAMED, BZ_NAMED_LINK, AT_FDCWD, argument(0), AT_FDCWD, argument(1));
		return true;
#endif
	case __NR_linkat:
		is_two(names, BZ_FILE_NAMED, BZ_NAMED_LINK, argument(0), argument(1), argument(2),
		       argument(3));
		return true;
	/* The old name of a symbolic link is text that starts where the new name lies. */
#ifdef __NR_symlink
	case __NR_symlink:
		is_two(names, BZ_FILE_NAMED, BZ_NAMED_SYMLINK, AT_FDCWD, argument(0), AT_FDCWD,
		       argument(1));
		return true;
#endif
	case __NR_symlinkat:
		is_two(names, BZ_FILE_NAMED, BZ_NAMED_SYMLINK, argument(1), argument(0), argument(1),
		       argument(2));
		return true;
	}
	return false;
}

static __always_inline void is_by_descriptor(struct names *names, __u32 code)
{
	names->code = code;
	names->base = argument(0);
	names->by_descriptor = true;
}

static __always_inline void is_relative(struct names *names, __u32 code)
{
	names->code = code;
	names->base = argument(0);
	names->name = argument(1);
}

/* Mode, owner, extended attributes and times. */
static __always_inline bool read_attributes(struct names *names, long id)
{
	switch (id) {
#ifdef __NR_chmod
	case __NR_chmod:
		names->code = BZ_NAMED_MODE;
		names->name = argument(0);
		names->args[0] = argument(1);
		return true;
#endif
	case __NR_fchmod:
		is_by_descriptor(names, BZ_NAMED_MODE);
		names->args[0] = argument(1);
		return true;
	case __NR_fchmodat:
	case __NR_fchmodat2:
		is_relative(names, BZ_NAMED_MODE);
		names->args[0] = argument(2);
		return true;
#ifdef __NR_chown
	case __NR_chown:
	case __NR_lchown:
		names->code = BZ_NAMED_OWNER;
		names->name = argument(0);
		names->args[0] = argument(1);
		names->args[1] = argument(2);
		return true;
#endif
	case __NR_fchown:
		is_by_descriptor(names, BZ_NAMED_OWNER);
		names->args[0] = argument(1);
		names->args[1] = argument(2);
		return true;
	case __NR_fchownat:
		is_relative(names, BZ_NAMED_OWNER);
		names->args[0] = argument(2);
		names->args[1] = argument(3);
		return true;
	case __NR_setxattr:
	case __NR_lsetxattr:
	case __NR_removexattr:
	case __NR_lremovexattr:
		names->code = id == __NR_setxattr || id == __NR_lsetxattr ? BZ_NAMED_XATTR :
									     BZ_NAMED_XATTR_GONE;
		names->name = argument(0);
		names->new_name = argument(1);
		return true;
	case __NR_fsetxattr:
	case __NR_fremovexattr:
		is_by_descriptor(names, id == __NR_fsetxattr ? BZ_NAMED_XATTR : BZ_NAMED_XATTR_GONE);
		names->new_name = argument(1);
		return true;
	case __NR_ftruncate:
		if (argument(1) != 0)
			return false; /* what every database does */
		is_by_descriptor(names, BZ_NAMED_TRUNCATED);
		return true;
	case __NR_truncate:
		names->code = BZ_NAMED_TRUNCATED;
		names->name = argument(0);
		names->args[0] = argument(1);
		return true;
	case __NR_utimensat:
		if (!argument(2))
			return false; /* set to now: what every writer does */
		is_relative(names, BZ_NAMED_TIMES);
		names->by_descriptor = !names->name;
		return true;
#ifdef __NR_utimes
	case __NR_utimes:
	case __NR_utime:
		if (!argument(1))
			return false;
		names->code = BZ_NAMED_TIMES;
		names->name = argument(0);
		return true;
#endif
	}
	return false;
}

/* For sys_exit of every call above. */
SEC("tracepoint")
int bz_moved(struct syscall_exit *context)
{
	struct names names = { .base = AT_FDCWD };

	if (context->ret != 0 || is_own() || !read_moves(&names, context->id))
		return 0;
	return send_names(&names);
}

SEC("tracepoint")
int bz_attributes(struct syscall_exit *context)
{
	struct names names = { .base = AT_FDCWD, .kind = BZ_FILE_NAMED };

	if (context->ret != 0 || is_own() || !read_attributes(&names, context->id))
		return 0;
	return send_names(&names);
}
