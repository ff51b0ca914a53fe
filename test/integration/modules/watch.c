// SPDX-License-Identifier: GPL-2.0
/*
 * watch text FILE... | watch versions FILE: reads the files over and over until it gets SIGTERM, as the process that
 * runs patched code all the time while patches and modules come and go. A file that is not there is passed over.
 *
 * text: each content has to begin with "plain", "patched" or "Linux". versions: a line of four equal numbers.
 * A sleep after each round (PAUSE_US, given when this is compiled) lets an emulated processor halt: two that are both
 * busy wait a tenth of a second for each other whenever the kernel patches its code, and a transition would take
 * minutes.
 *
 * Prints what is wrong at once, a summary at the end; exit code 1 if anything was wrong.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static int is_text(const char *content)
{
	return !strncmp(content, "plain ", 6) || !strncmp(content, "patched ", 8) || !strncmp(content, "Linux ", 6);
}

static int is_versions(const char *content)
{
	int v[4];

	return sscanf(content, "%d %d %d %d", &v[0], &v[1], &v[2], &v[3]) == 4 && v[0] == v[1] && v[0] == v[2] &&
	       v[0] == v[3];
}

int main(int argc, char **argv)
{
	unsigned long right = 0, wrong = 0, absent = 0;
	int versions = argc > 1 && !strcmp(argv[1], "versions");
	struct sigaction sa = {.sa_handler = on_term};
	char content[4097];
	ssize_t n;
	int i, fd;

	if (argc < 3)
		return 2;
	sigaction(SIGTERM, &sa, NULL);
	while (!stop) {
		for (i = 2; i < argc; i++) {
			fd = open(argv[i], O_RDONLY);
			n = fd < 0 ? -1 : read(fd, content, sizeof(content) - 1);
			if (fd >= 0)
				close(fd);
			if (n <= 0) {
				absent++;
				continue;
			}
			content[n] = '\0';
			if (versions ? is_versions(content) : is_text(content)) {
				right++;
				continue;
			}
			wrong++;
			printf("watch: wrong: %s\n", content);
			fflush(stdout);
		}
		usleep(PAUSE_US);
	}
	printf("watch: %lu right, %lu wrong, %lu not there\n", right, wrong, absent);
	return wrong || !right;
}
