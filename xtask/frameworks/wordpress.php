<?php
// WordPress' own functions around the plugin, without its database and its themes.
define('ABSPATH', '/usr/share/wordpress/');
define('WPINC', 'wp-includes');
require ABSPATH . WPINC . '/load.php';
require ABSPATH . WPINC . '/plugin.php';
require ABSPATH . WPINC . '/functions.php';
require ABSPATH . WPINC . '/formatting.php';
wp_magic_quotes();
require __DIR__ . '/plugin.php';
do_action('parse_request');
