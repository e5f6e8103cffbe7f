<?php

namespace App;

class Routes extends \Illuminate\Foundation\Support\Providers\RouteServiceProvider
{
    public function map()
    {
        require base_path('routes/web.php');
    }
}
