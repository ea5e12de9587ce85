// An export that goes on: its page is asked again until the file is there. Without this script there is a link.
"use strict";
setTimeout(() => location.reload(), 2000);
