<?php
// The unlock as the official PHP SDK sends it: libcurl with a raw body, so that the content type is
// curl's own default, and compression offered. With the argument `v1` as the SDK signed before 2022.

declare(strict_types=1);

const ACTION = 'urn:onoffice-de-ns:smart:2.5:smartml:action:do';
const RESOURCE = 'unlockProvider';

function signature(array $given, array $parameters, int $now, bool $legacy): string
{
    if (!$legacy) {
        $text = $now . $given['token'] . RESOURCE . ACTION;
        return base64_encode(hash_hmac('sha256', $text, $given['key'], true));
    }
    // Joined in the alphabetical order of the names that the SDK gives them.
    $fields = [
        'accesstoken' => $given['token'],
        'actionid' => ACTION,
        'identifier' => null,
        'resourceid' => '',
        'secret' => $given['key'],
        'timestamp' => $now,
        'type' => RESOURCE,
    ];
    ksort($parameters);
    $text = json_encode($parameters) . ',' . implode(',', $fields);
    return md5($given['key'] . md5($text));
}

function send(string $endpoint, string $body): ?array
{
    $curl = curl_init($endpoint);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_ENCODING => 'deflate, gzip',
    ]);
    $answer = curl_exec($curl);
    return is_string($answer) ? json_decode($answer, true) : null;
}

function unlock(array $given, bool $legacy): array
{
    $now = time();
    $parameters = [
        'parameterCacheId' => $given['parameterCacheId'],
        'extendedclaim' => $given['apiClaim'],
    ];
    $action = [
        'actionid' => ACTION,
        'identifier' => null,
        'parameters' => $parameters,
        'resourceid' => '',
        'resourcetype' => RESOURCE,
        'timestamp' => $now,
    ];
    $action += $legacy ? [] : ['hmac_version' => 2];
    $action['hmac'] = signature($given, $parameters, $now, $legacy);
    $request = ['token' => $given['token'], 'request' => ['actions' => [$action]]];
    $answer = send($given['endpoint'], json_encode($request));

    // What the SDK takes for a response: the first result has these members and code 0.
    $result = $answer['response']['results'][0] ?? null;
    if ($result === null) {
        return ['ok' => false, 'code' => $answer['status']['errorcode'] ?? null];
    }
    $complete = isset($result['actionid'], $result['resourcetype'], $result['data']);
    $code = $result['status']['errorcode'] ?? null;
    return ['ok' => $complete && $code == 0, 'code' => $code];
}

$given = json_decode(stream_get_contents(STDIN), true);
$legacy = ($argv[1] ?? '') === 'v1';
echo json_encode([
    'wrongKey' => unlock(['key' => str_repeat('0', 64)] + $given, $legacy),
    'unlock' => unlock($given, $legacy),
    'again' => unlock($given, $legacy),
    'unknownToken' => unlock(['token' => str_repeat('0', 32)] + $given, $legacy),
]), "\n";
