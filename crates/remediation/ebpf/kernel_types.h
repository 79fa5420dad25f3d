/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The parts of the kernel's structures that we read, relocated at load time against the running kernel. */
#ifndef BZ_KERNEL_TYPES_H
#define BZ_KERNEL_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	__u32 s_dev;
};

struct inode {
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
};

struct mm_struct {
	unsigned long start_code;
	unsigned long start_stack;
	unsigned long arg_start;
	unsigned long env_start;
	struct file *exe_file;
};

struct task_struct {
	int pid;
	int tgid;
	__u64 start_boottime;
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
};

#pragma clang attribute pop

#endif
