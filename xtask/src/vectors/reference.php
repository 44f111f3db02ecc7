<?php
// Answers each line of standard input with what PHP itself makes of it. A line is a letter and
// the input in base64; an answer is a class, a space and the resulting text in base64.

const SECRET = 'provider-secret-0123456789';

function result(string $text, array $data): string
{
    $given = $data['signature'] ?? null;
    if (!is_string($given)) {
        $class = 'unsigned';
    } else {
        $class = hash_equals(hash_hmac('sha256', $text, SECRET), $given) ? 'genuine' : 'forged';
    }
    return $class . ' ' . base64_encode($text);
}

function url(string $input): string
{
    $url = parse_url($input);
    if ($url === false || !isset($url['scheme'], $url['host'])) {
        return 'relative ';
    }
    parse_str($url['query'] ?? '', $parameters);
    $unsigned = $parameters;
    unset($unsigned['signature']);
    ksort($unsigned);
    $text = $url['scheme'] . '://' . $url['host'] . ($url['path'] ?? '') . '?'
        . http_build_query($unsigned);
    return result($text, $parameters);
}

function parts(string $input): string
{
    $url = parse_url($input);
    if ($url === false) {
        return 'refused ';
    }
    $text = '';
    foreach ($url as $name => $part) {
        $text .= "$name=$part\n";
    }
    return 'parts ' . base64_encode($text);
}

function sortAll(array &$data): void
{
    foreach ($data as &$value) {
        if (is_array($value)) {
            sortAll($value);
        }
    }
    unset($value);
    ksort($data);
}

function order(string $input): string
{
    $data = json_decode($input, true);
    if (json_last_error() !== JSON_ERROR_NONE) {
        return 'error' . json_last_error() . ' ';
    }
    if (!is_array($data) || !str_starts_with(ltrim($input), '{')) {
        return 'other ';
    }
    $unsigned = $data;
    unset($unsigned['signature']);
    sortAll($unsigned);
    return result(http_build_query($unsigned, '', '&', PHP_QUERY_RFC3986), $data);
}

function json(string $input): string
{
    $data = json_decode($input, true);
    if (json_last_error() !== JSON_ERROR_NONE) {
        return 'error' . json_last_error() . ' ';
    }
    $text = json_encode($data);
    return $text === false ? 'unencodable ' : 'json ' . base64_encode($text);
}

$answers = '';
while (($line = fgets(STDIN)) !== false) {
    $input = base64_decode(substr($line, 1));
    $answers .= match ($line[0]) {
        'u' => url($input),
        'o' => order($input),
        'p' => parts($input),
        'j' => json($input),
    } . "\n";
    if (strlen($answers) > 65536) {
        echo $answers;
        $answers = '';
    }
}
echo $answers;
